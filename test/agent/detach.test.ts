import { describe, expect, test } from 'vitest'
import { attachAgent, listAgents, stopAgent } from '../../src/agent/index.ts'
import { text } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'

const ended = expect.objectContaining({ code: 'agent_ended' })

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('an agent that was left goes on, with its turn, until somebody takes it over', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('one', { hold: 'reply' }), text('two')],
    })
    const { dir: dataDir } = world.options
    let dir = ''
    let pid = 0
    {
      await using first = await world.start()
      ;({ dir, pid } = first)
      const turn = first.turn('PROMPT-A1')
      const queued = first.turn('PROMPT-A2')
      await world.model.waitForRequest()
      await first.detach()
      // Nothing more comes of it here, and nobody waits in vain.
      expect((await turn.result).outcome).not.toBe('ok')
      expect((await queued.result).outcome).not.toBe('ok')
      expect(() => first.turn('more')).toThrow(ended)
      await expect(first.stop()).rejects.toThrow(ended)
      await first.detach()
    }
    expect(await listAgents(dataDir)).toMatchObject([{ pid, state: 'running', supervisedBy: null }])
    {
      await using second = await attachAgent(dir)
      expect(second).toMatchObject({ pid, state: 'busy' })
      world.model.release('reply')
      expect(await second.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'one' })
      await second.detach()
    }
    await using third = await attachAgent(dir)
    expect(await third.lastTurn?.result).toMatchObject({ outcome: 'ok', text: 'one' })
    expect(await third.turn('PROMPT-A3').result).toMatchObject({ outcome: 'ok', text: 'two' })
    const request = lastPrompt(world.model)
    expect(countInConversation(request, 'PROMPT-A1')).toBe(1)
    // It never reached the agent: whoever wants it sends it again.
    expect(countInConversation(request, 'PROMPT-A2')).toBe(0)
    expect(await third.stop()).toMatchObject({ survivors: [] })
  })

  test('an agent that was left can be stopped by anybody', async () => {
    await using world = await openTestWorld({ version })
    await using agent = await world.start()
    await agent.ready
    await agent.detach()
    expect(await stopAgent(world.options.dir, agent.id)).toMatchObject({
      how: 'terminated',
      survivors: [],
    })
    expect(listMarkedProcesses(agent.dir)).toEqual([])
  })
})
