import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { text } from '../../src/testing/index.ts'
import { openTestWorld } from '../support/agents.ts'
import { countInConversation, lastPrompt } from '../support/conversation.ts'
import { collectUntil } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('another model from the next turn on, and back to the default', async () => {
    await using world = await openTestWorld({ version, script: { otherwise: text('answer') } })
    await using agent = await world.start({ model: 'claude-opus-4-8' })
    await agent.turn('one').result
    expect(lastPrompt(world.model)?.model).toBe('claude-opus-4-8')
    await agent.setModel('claude-haiku-4-5')
    expect(await agent.turn('two').result).toMatchObject({ outcome: 'ok', text: 'answer' })
    expect(lastPrompt(world.model)?.model).toBe('claude-haiku-4-5')
    await agent.setModel()
    await agent.turn('three').result
    expect(lastPrompt(world.model)?.model).not.toBe('claude-haiku-4-5')
  })

  test('another permission mode at once; one that it was not launched for is refused', async () => {
    await using world = await openTestWorld({ version, script: { otherwise: text('answer') } })
    await using agent = await world.start()
    await agent.ready
    const changed = collectUntil(agent.events(), (one) => one.type === 'init')
    await agent.setPermissionMode('acceptEdits')
    await agent.turn('one').result
    expect((await changed).at(-1)).toMatchObject({ permissionMode: 'acceptEdits' })
    await expect(agent.setPermissionMode('bypassPermissions')).rejects.toMatchObject({
      code: 'control_failed',
      message: expect.stringContaining('bypassPermissions'),
    })
    expect(await agent.turn('two').result).toMatchObject({ outcome: 'ok' })
  })

  test('any control request, and what the CLI says of one that it does not know', async () => {
    await using world = await openTestWorld({ version, script: [text('answer')] })
    await using agent = await world.start()
    expect(await agent.control({ subtype: 'mcp_status' })).toMatchObject({ mcpServers: [] })
    await expect(agent.control({ subtype: 'no_such_thing' })).rejects.toMatchObject({
      code: 'control_failed',
      message: expect.stringContaining('no_such_thing'),
    })
    await expect(
      agent.control({ subtype: 'mcp_status' }, { signal: AbortSignal.abort(new Error('left')) }),
    ).rejects.toThrow('left')
    await agent.stop()
    await expect(agent.control({ subtype: 'mcp_status' })).rejects.toMatchObject({
      code: 'agent_ended',
    })
  })

  test('an agent is warm before its prompt, in the midst of a conversation too', async () => {
    await using world = await openTestWorld({ version, script: { otherwise: text('answer') } })
    const sessionId = randomUUID()
    await using first = await world.start({ sessionId })
    await first.turn('PROMPT-A1').result
    await first.stop()
    await using warm = await world.start({ resume: sessionId })
    expect(warm.state).toBe('starting')
    await warm.ready
    expect(warm).toMatchObject({ state: 'idle', sessionId })
    expect(world.model.prompts).toHaveLength(1)
    expect(await warm.turn('PROMPT-A2').result).toMatchObject({ outcome: 'ok', sessionId })
    expect(countInConversation(lastPrompt(world.model), 'PROMPT-A1')).toBe(1)
  })
})
