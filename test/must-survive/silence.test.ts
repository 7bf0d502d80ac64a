import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { failure } from '../../src/testing/index.ts'
import { collectEvents, startTestAgent } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { listMarkedProcesses } from '../support/processes.ts'
import { realClaudes } from '../support/real-claude.ts'

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E6: silence while a tool runs is work, however long it takes', async () => {
    const command = 'bash -c "sleep 4; echo slow but sure"'
    await using world = await startTestAgent({
      version,
      script: [
        { tools: [{ name: 'Bash', input: { command, description: 'd' } }] },
        { text: 'done' },
      ],
      options: { stallTimeoutMs: 2000, allowedTools: ['Bash'] },
    })
    const { agent, model } = world
    expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'done' })
    expect(model.prompts.at(-1)?.toolResultText).toContain('slow but sure')
  })

  test('E6: silence while nothing runs is a stall, and the agent lives on', async () => {
    await using world = await startTestAgent({
      version,
      script: [failure.stall('mid_block', { text: 'half a sentence that breaks off' })],
      options: { stallTimeoutMs: 2000 },
    })
    const { agent, model } = world
    const result = await agent.turn('go').result
    expect(result).toMatchObject({
      outcome: 'stalled',
      error: { code: 'stalled', cure: expect.stringContaining('stallTimeoutMs') },
    })
    expect(result.text).toMatch(/^half a/)
    model.setScript([{ text: 'awake' }])
    expect(await agent.turn('again').result).toMatchObject({ outcome: 'ok', text: 'awake' })
  })

  test('E6: silence while a human is asked is patience', async () => {
    await using world = await startTestAgent({
      version,
      script: [
        { tools: [{ name: 'Bash', input: { command: 'echo x > ran', description: 'd' } }] },
        { text: 'done' },
      ],
      options: {
        stallTimeoutMs: 2000,
        timeoutMs: 3000,
        canUseTool: async () => await new Promise<never>(() => undefined),
      },
    })
    const { agent } = world
    await agent.ready
    const turn = agent.turn('go')
    const { request } = await firstEvent(turn, 'request_opened')
    // Longer than both limits: that nothing happens can only be waited for.
    const over = await Promise.race([turn.result, sleep(3500, 'still asking')])
    expect(over).toBe('still asking')
    agent.answer(request.id, { behavior: 'allow' })
    expect(await turn.result).toMatchObject({ outcome: 'ok', text: 'done' })
  })
})

test('E6: a result without an end: the turn stands by its result, the agent takes the next and can be stopped', async () => {
  await using world = await startTestAgent({
    scenario: {
      control: { end_session: [] },
      turns: [
        [
          { do: 'begin' },
          { do: 'assistant', text: 'all said' },
          { do: 'result', text: 'all said' },
        ],
        [
          { do: 'ignore_signals', signals: ['SIGTERM'] },
          { do: 'reply', text: 'next' },
        ],
      ],
    },
  })
  const { agent } = world
  const seen = collectEvents(agent)
  expect(await agent.turn('go').result).toMatchObject({
    outcome: 'ok',
    text: 'all said',
    exit: null,
  })
  expect(agent.state).toBe('idle')
  expect(await agent.turn('more').result).toMatchObject({ outcome: 'ok', text: 'next' })
  // It never exits either, whatever it is told.
  const report = await agent.stop()
  expect(report).toMatchObject({ how: 'killed', survivors: [] })
  expect(listMarkedProcesses(agent.id)).toEqual([])
  await seen.done
  expect(seen.events.filter((one) => one.type === 'state' && one.state === 'idle')).toHaveLength(1)
})

test('E6: an end without a result is no success', async () => {
  await using world = await startTestAgent({
    scenario: {
      turns: [[{ do: 'begin' }, { do: 'assistant', text: 'so far' }, { do: 'exit', code: 0 }]],
    },
  })
  const result = await world.agent.turn('go').result
  expect(result).toMatchObject({
    outcome: 'protocol',
    text: 'so far',
    costUsd: null,
    exit: { code: 0, signal: null },
    error: { code: 'no_result' },
  })
})
