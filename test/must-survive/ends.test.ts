import { describe, expect, test } from 'vitest'
import { failure, type FakeStep } from '../../src/testing/index.ts'
import { claudeOf, startTestAgent } from '../support/agents.ts'
import { firstEvent } from '../support/log-events.ts'
import { realClaudes } from '../support/real-claude.ts'

const slow = { pace: { chunkChars: 4, delayMs: 20 } }

describe.each(realClaudes)('claude $version', ({ version }) => {
  test('E1: a success that is an error is one, whatever the exit code, and its reason is told', async () => {
    await using world = await startTestAgent({
      version,
      // The newer CLI asks once more, in a simpler form.
      script: { otherwise: failure.badRequest('bad thing') },
    })
    const { agent, model } = world
    const failed = await agent.turn('one').result
    expect(failed).toMatchObject({
      outcome: 'api_error',
      apiStatus: 400,
      text: '',
      error: { message: expect.stringContaining('bad thing') },
    })
    model.setScript([{ text: 'fine' }])
    expect(await agent.turn('two').result).toMatchObject({ outcome: 'ok', text: 'fine' })
    model.setScript({ otherwise: failure.badRequest('again') })
    expect(await agent.turn('three').result).toMatchObject({ outcome: 'api_error' })
    await agent.stop()
    // As the last result was an error.
    expect(await agent.ended).toEqual({ code: 1, signal: null })
  })

  test('E1: SIGINT from outside exits with 0, and the turn was interrupted all the same', async () => {
    await using world = await startTestAgent({
      version,
      script: [{ text: 'word '.repeat(2000), ...slow }],
    })
    const { agent } = world
    const turn = agent.turn('go')
    await firstEvent(turn, 'text_delta')
    process.kill(claudeOf(agent), 'SIGINT')
    const result = await turn.result
    expect(result).toMatchObject({ outcome: 'cancelled', error: { code: 'interrupted' } })
    expect(result.text).toMatch(/^word/)
    expect(await agent.ended).toEqual({ code: 0, signal: null })
  })

  test('E1: SIGTERM from outside leaves no result, and the turn was killed', async () => {
    await using world = await startTestAgent({
      version,
      script: [{ text: 'word '.repeat(2000), ...slow }],
    })
    const { agent } = world
    const turn = agent.turn('go')
    await firstEvent(turn, 'text_delta')
    process.kill(claudeOf(agent), 'SIGTERM')
    expect(await turn.result).toMatchObject({
      outcome: 'killed',
      error: { code: 'SIGTERM' },
      costUsd: null,
    })
  })
})

test.each<[what: string, steps: FakeStep[], expected: object]>([
  [
    'an error result and exit 0',
    [
      { do: 'begin' },
      {
        do: 'result',
        text: 'API Error: 400 bad',
        extra: { is_error: true, api_error_status: 400 },
      },
      { do: 'exit', code: 0 },
    ],
    { outcome: 'api_error', apiStatus: 400, error: { message: 'API Error: 400 bad' } },
  ],
  [
    'an error result and exit 1',
    [
      { do: 'begin' },
      { do: 'result', text: 'API Error: 500', extra: { is_error: true, api_error_status: 500 } },
      { do: 'exit', code: 1 },
    ],
    { outcome: 'api_error', apiStatus: 500, exit: { code: 1, signal: null } },
  ],
  [
    'a good result, no idle, and exit 1',
    [
      { do: 'begin' },
      { do: 'assistant', text: 'all' },
      { do: 'result', text: 'all' },
      { do: 'exit', code: 1 },
    ],
    { outcome: 'ok', text: 'all', error: null },
  ],
  [
    'no result and exit 0',
    [{ do: 'begin' }, { do: 'assistant', text: 'some' }, { do: 'exit', code: 0 }],
    { outcome: 'protocol', text: 'some', costUsd: null, error: { code: 'no_result' } },
  ],
  [
    'no result, exit 1 and a reason on stderr',
    [{ do: 'begin' }, { do: 'stderr', text: 'Error: out of cheese\n' }, { do: 'exit', code: 1 }],
    { outcome: 'protocol', error: { message: expect.stringContaining('out of cheese') } },
  ],
  [
    'nothing at all and exit 1',
    [
      { do: 'stderr', text: 'error: unknown option\n' },
      { do: 'exit', code: 1 },
    ],
    { outcome: 'spawn_failed', error: { code: 'start_failed', message: 'error: unknown option' } },
  ],
  [
    'a crash',
    [{ do: 'begin' }, { do: 'assistant', text: 'some' }, { do: 'kill', signal: 'SIGSEGV' }],
    { outcome: 'killed', text: 'some', error: { code: 'SIGSEGV' } },
  ],
])('E1: %s', async (_what, steps, expected) => {
  await using world = await startTestAgent({ scenario: { turns: [steps] } })
  const { agent } = world
  expect(await agent.turn('go').result).toMatchObject(expected)
  await agent.ended
  expect(agent.state).toBe('ended')
  expect(() => agent.turn('more')).toThrow(expect.objectContaining({ code: 'agent_ended' }))
})
