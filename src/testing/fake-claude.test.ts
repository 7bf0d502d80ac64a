import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { fakeEnv, playFake } from '../../test/support/play-fake.ts'
import { toUserLine, type ClaudeRun } from '../../test/support/run-claude.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { writeFakeClaude } from './index.ts'
import type { FakeScenario } from './index.ts'

function toControlLine(id: string, subtype: string): string {
  return `${JSON.stringify({ type: 'control_request', request_id: id, request: { subtype } })}\n`
}

function toKinds({ lines }: ClaudeRun): string[] {
  return lines.map(({ type, subtype, state }) => [type, subtype, state].filter(Boolean).join(' '))
}

test('it says the version that the scenario has', async () => {
  const run = await playFake({ version: '9.8.7' }, { args: ['--version'] })
  expect(run).toMatchObject({ code: 0, stdout: '9.8.7 (Claude Code)\n' })
})

test('it plays a turn in the order of the real one', async () => {
  const run = await playFake(
    {},
    {
      args: [
        '--session-id',
        's-1',
        '--model=m-1',
        '--include-partial-messages',
        '--replay-user-messages',
      ],
    },
  )
  expect(run.code).toBe(0)
  expect(toKinds(run)).toEqual([
    'system session_state_changed running',
    'command_lifecycle queued',
    'command_lifecycle started',
    'system init',
    'user',
    'stream_event',
    'assistant',
    'result success',
    'command_lifecycle completed',
    'system session_state_changed idle',
  ])
  expect(run.result).toMatchObject({
    result: 'echo: hi',
    session_id: 's-1',
    user_message_uuids: ['u-1'],
    is_error: false,
  })
  expect(run.lines[3]).toMatchObject({ model: 'm-1', session_id: 's-1' })
})

test('prompts are answered one after another, a known uuid once', async () => {
  const run = await playFake(
    {
      turns: [[{ do: 'reply', text: 'one' }]],
      everyTurn: [{ do: 'reply', text: 'then {{prompt}}' }],
    },
    { stdin: toUserLine('a', 'u-1') + toUserLine('a', 'u-1') + toUserLine('b', 'u-2').trimEnd() },
  )
  const results = run.lines.filter((it) => it['type'] === 'result')
  expect(results.map((it) => it['result'])).toEqual(['one', 'then b'])
  expect(results.map((it) => it['total_cost_usd'])).toEqual([0.000148, 0.000296])
})

test('it answers the control protocol, or not, as told', async () => {
  const stdin = toControlLine('1', 'initialize') + toControlLine('2', 'nosuch')
  const usual = await playFake({}, { stdin })
  expect(usual.lines[0]).toMatchObject({ response: { subtype: 'success', request_id: '1' } })
  expect(usual.lines[1]).toMatchObject({ response: { subtype: 'error', request_id: '2' } })
  expect(
    (await playFake({ control: { initialize: [] } }, { stdin: toControlLine('1', 'initialize') }))
      .stdout,
  ).toBe('')
})

test('an interrupt ends the turn with an error, and the next one is played', async () => {
  const run = await playFake(
    { turns: [[{ do: 'begin' }, { do: 'silence' }]] },
    { stdin: toUserLine('a') + toControlLine('1', 'interrupt') + toUserLine('b') },
  )
  const results = run.lines.filter((it) => it['type'] === 'result')
  expect(results.map((it) => it['subtype'])).toEqual(['error_during_execution', 'success'])
})

test.each(['allow', 'deny'])('it asks, and goes on as the answer says: %s', async (behavior) => {
  await using dir = await tempDir()
  const path = await writeFakeClaude(dir.path, {
    everyTurn: [
      {
        do: 'ask',
        toolName: 'Bash',
        input: { command: 'ls' },
        allow: [{ do: 'reply', text: 'ran' }],
        deny: [{ do: 'reply', text: 'did not' }],
      },
    ],
  })
  const child = spawn(path, [], { env: fakeEnv(), stdio: ['pipe', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stdin.write(toUserLine('go'))
  const id = (await waitFor(() => /"request_id":"([^"]+)"/.exec(stdout)))[1]
  child.stdin.end(
    JSON.stringify({
      type: 'control_response',
      response: { subtype: 'success', request_id: id, response: { behavior } },
    }),
  )
  await once(child, 'close')
  expect(stdout).toContain(`"result":"${behavior === 'allow' ? 'ran' : 'did not'}"`)
})

test('it sends any control request, and tells the answer', async () => {
  await using dir = await tempDir()
  const path = await writeFakeClaude(dir.path, {
    everyTurn: [{ do: 'request', request: { subtype: 'odd' } }],
  })
  const child = spawn(path, [], { env: fakeEnv(), stdio: ['pipe', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stdin.write(toUserLine('go'))
  const id = (await waitFor(() => /"request_id":"([^"]+)"/.exec(stdout)))[1]
  const response = { subtype: 'error', request_id: id, error: 'what?' }
  child.stdin.end(JSON.stringify({ type: 'control_response', response }))
  await once(child, 'close')
  expect(stdout).toContain('"error":"what?"')
})

test('a wrong scenario is refused by name', async () => {
  await using dir = await tempDir()
  const scenario: FakeScenario = JSON.parse('{"everyTurn": [{"do": "exit", "cod": 1}]}')
  await expect(writeFakeClaude(dir.path, scenario)).rejects.toMatchObject({
    code: 'script_invalid',
    message: expect.stringContaining('scenario.everyTurn[0]'),
  })
})
