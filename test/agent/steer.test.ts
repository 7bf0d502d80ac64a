import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { text, tool } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { firstEvent } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('a prompt that is sent while a tool runs becomes part of the turn', async () => {
    await using world = await openTestWorld({
      version,
      options: { allowedTools: ['Bash'] },
      script: [
        tool('Bash', { command: 'while [ ! -e go ]; do sleep 0.05; done; echo done' }),
        text('both'),
        text('next'),
      ],
    })
    await using agent = await world.start()
    const started = firstEvent(agent.events(), 'tool_started')
    const turn = agent.turn('p-first')
    await started
    const promptId = randomUUID()
    expect(agent.steer('p-steer', { promptId })).toBe(true)
    await writeFile(join(world.workspace, 'go'), '')
    expect(await turn.result).toMatchObject({
      outcome: 'ok',
      text: 'both',
      steeredPromptIds: [promptId],
    })
    expect(countInConversation(lastPrompt(world.model), 'p-steer')).toBe(1)
    expect(await agent.turn('p-next').result).toMatchObject({ outcome: 'ok', text: 'next' })
    expect(agent.steer('too late')).toBe(false)
  })

  test('a prompt that is sent while the reply is under way is answered before the turn is over', async () => {
    await using world = await openTestWorld({
      version,
      script: [text('first reply', { hold: 'first' }), text('second reply'), text('next')],
    })
    await using agent = await world.start()
    const turn = agent.turn('p-first')
    await world.model.waitForRequest()
    const promptId = randomUUID()
    expect(agent.steer('p-steer', { promptId })).toBe(true)
    world.model.release('first')
    expect(await turn.result).toMatchObject({
      outcome: 'ok',
      text: 'second reply',
      steeredPromptIds: [promptId],
    })
    expect(await agent.turn('p-next').result).toMatchObject({ outcome: 'ok', text: 'next' })
  })

  test('an interrupted turn is cancelled, whatever becomes of a prompt that was sent into it', async () => {
    await using world = await openTestWorld({
      version,
      script: [
        text('never', { hold: 'never', when: { lastUserText: 'p-first' } }),
        text('to the steered one', { when: { lastUserText: 'p-steer' } }),
        text('next', { when: { lastUserText: 'p-next' } }),
      ],
    })
    await using agent = await world.start()
    const turn = agent.turn('p-first')
    await world.model.waitForRequest()
    expect(agent.steer('p-steer')).toBe(true)
    await agent.interrupt()
    expect(await turn.result).toMatchObject({ outcome: 'cancelled' })
    expect(await agent.turn('p-next').result).toMatchObject({ outcome: 'ok', text: 'next' })
  })
})
