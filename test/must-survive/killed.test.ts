import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Agent } from '../../src/agent/index.ts'
import type { ScriptedReply } from '../../src/testing/index.ts'
import { claudeOf, openTestWorld } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { findTranscript } from '../support/conversation.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { oldestClaude, realClaudes } from '../support/real-claude.ts'
import { waitFor } from '../support/wait-for.ts'

const prompt = 'the question that must not be lost'
const tool = {
  name: 'Bash',
  input: { command: 'bash -c "echo began > began; sleep 300; true"', description: 'd' },
}

const streamed: ScriptedReply = {
  text: 'word '.repeat(2000),
  pace: { chunkChars: 4, delayMs: 20 },
}

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each([
    { when: 'streams', whom: 'the CLI' },
    { when: 'streams', whom: 'its group' },
    { when: 'runs a tool', whom: 'the CLI' },
    { when: 'runs a tool', whom: 'its group' },
  ])(
    'E2: SIGKILL of $whom while it $when is killed, leaves nothing, and a retry answers the prompt once',
    async ({ when, whom }) => {
      const isStreaming = when === 'streams'
      await using world = await openTestWorld({
        version,
        script: [{ text: 'first answer' }, isStreaming ? streamed : { tools: [tool] }],
        options: { allowedTools: ['Bash'] },
      })
      const { model } = world
      const agent = await world.start()
      const { sessionId } = await agent.turn('the first question').result
      const promptId = randomUUID()
      const turn = agent.turn(prompt, { promptId })
      await firstEvent(turn, isStreaming ? 'text_delta' : 'tool_started')
      if (!isStreaming) await waitFor(() => sleepsOf(agent).length > 0)
      // The older CLI writes its transcript up to 100 ms late.
      await waitFor(() =>
        readFileSync(findTranscript(world.home, sessionId ?? '')).includes(prompt),
      )
      process.kill(whom === 'the CLI' ? claudeOf(agent) : -agent.pid, 'SIGKILL')

      expect(await turn.result).toMatchObject({
        outcome: 'killed',
        error: { code: 'SIGKILL' },
        costUsd: null,
        sessionId,
        promptId,
      })
      await agent.ended
      expect(listMarkedProcesses(agent.id)).toEqual([])

      model.setScript([{ text: 'second answer' }, { text: 'third answer' }])
      const again = await world.start({ resume: sessionId ?? '', resumeInterruptedTurn: true })
      const retried = await again.turn(prompt, { promptId }).result
      expect(retried).toMatchObject({ outcome: 'ok', text: 'second answer', sessionId, promptId })
      expect(await again.turn('the third question').result).toMatchObject({ text: 'third answer' })
      expect(model.errors).toEqual([])
      const history = model.prompts.at(-1)?.conversation ?? ''
      for (const words of ['the first question', prompt, 'second answer', 'the third question']) {
        expect(history.split(words), words).toHaveLength(2)
      }
    },
  )

  test('E2: killed before the CLI has written its transcript, a retry is never a conversation begun afresh', async () => {
    await using world = await openTestWorld({
      version,
      script: [{ text: 'first answer' }, streamed],
    })
    const { model } = world
    const agent = await world.start()
    const { sessionId } = await agent.turn('the first question').result
    const promptId = randomUUID()
    const turn = agent.turn(prompt, { promptId })
    await firstEvent(turn, 'text_delta')
    process.kill(-agent.pid, 'SIGKILL')
    expect(await turn.result).toMatchObject({ outcome: 'killed' })
    await agent.ended

    model.setScript({ otherwise: { text: 'later answer' } })
    const again = await world.start({ resume: sessionId ?? '', resumeInterruptedTurn: true })
    const retried = await again.turn(prompt, { promptId }).result
    if (retried.outcome === 'ok') {
      expect(retried.text).toBe('later answer')
      expect(model.prompts.at(-1)?.conversation).toContain('the first question')
      expect(model.prompts.at(-1)?.conversation.split(prompt)).toHaveLength(2)
    } else {
      // The older CLI knows nothing then of a turn that it had reported as done.
      expect(version).toBe(oldestClaude.version)
      expect(retried).toMatchObject({ outcome: 'session_not_found', costUsd: 0 })
      expect(model.prompts).toHaveLength(2)
    }
  })
})

function sleepsOf(agent: Agent): unknown[] {
  return listMarkedProcesses(agent.id).filter((one) => one.command === 'sleep 300')
}
