import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { fakeEnv, playFake } from '../../test/support/play-fake.ts'
import { listProcesses } from '../../test/support/processes.ts'
import { toUserLine, type ClaudeRun } from '../../test/support/run-claude.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { writeFakeClaude } from './index.ts'
import type { FakeStep } from './index.ts'

function playTurn(...everyTurn: FakeStep[]): Promise<ClaudeRun> {
  return playFake({ everyTurn })
}

test('a flood has every line, numbered and of the size asked for', async () => {
  const run = await playTurn({ do: 'flood', kind: 'text_delta', bytes: 400, lines: 50_000 })
  const lines = run.stdout.split('\n').slice(0, -1)
  expect(lines).toHaveLength(50_000)
  expect(lines.every((it) => it.length === 399)).toBe(true)
  const wrong = lines.findIndex(
    (it, index) => !it.includes(`"text":"${String(index).padStart(10, '0')} x`),
  )
  expect(wrong).toBe(-1)
})

test('a paced flood has its rate, and ends in time', async () => {
  const run = await playTurn({
    do: 'flood',
    kind: 'assistant',
    bytes: 500,
    perSecond: 100,
    forMs: 200,
  })
  expect(run.lines.length).toBeGreaterThan(1)
  expect(run.lines.length).toBeLessThanOrEqual(21)
})

test('huge lines, broken bytes and half lines come out as they are', async () => {
  const huge = await playTurn(
    { do: 'huge', where: 'assistant', bytes: 3_000_000 },
    { do: 'huge', where: 'result', bytes: 2_000_000 },
  )
  expect(huge.lines[0]).toMatchObject({
    message: { content: [{ text: expect.stringMatching(/^x{3000000}$/) }] },
  })
  expect(huge.result?.['result']).toHaveLength(2_000_000)
  const raw = await playTurn(
    { do: 'raw', base64: '/8Mo' },
    { do: 'emit', line: [1, '{{promptId}}'] },
    { do: 'raw', text: '{"type":' },
  )
  expect(raw.stdout).toBe('\u{FFFD}\u{FFFD}([1,"u-1"]\n{"type":')
})

test('stderr and exits are as told', async () => {
  const run = await playTurn(
    { do: 'stderr', text: 'error: no\n', bytes: 100_000 },
    { do: 'exit', code: 7 },
  )
  expect(run).toMatchObject({ code: 7, stdout: '' })
  expect(run.stderr).toHaveLength(100_010)
  expect(await playTurn({ do: 'kill', signal: 'SIGKILL' })).toMatchObject({
    code: null,
    signal: 'SIGKILL',
  })
  expect(await playTurn({ do: 'end', extra: { is_error: true } })).toMatchObject({ code: 1 })
  expect(await playFake({}, { stdin: 'garbage\n' })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Error parsing streaming input line'),
  })
})

test('signals end it with the exit codes of the real one, unless it ignores them', async () => {
  await using dir = await tempDir()
  const path = await writeFakeClaude(dir.path, {
    everyTurn: [
      { do: 'reply' },
      { do: 'ignore_signals', signals: ['SIGTERM'] },
      { do: 'delta', text: 'deaf' },
    ],
  })
  const child = spawn(path, [], { env: fakeEnv(), stdio: ['pipe', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stdin.write(toUserLine('go'))
  await waitFor(() => stdout.includes('deaf'))
  child.kill('SIGTERM')
  child.stdin.write(toUserLine('still there?'))
  await waitFor(() => stdout.includes('echo: still there?'))
  child.kill('SIGHUP')
  expect(await once(child, 'close')).toEqual([129, null])
})

test('what it leaves behind lives on', async () => {
  const run = await playTurn(
    { do: 'spawn', how: 'plain', ignoreTerm: true, seconds: 331 },
    { do: 'spawn', how: 'nohup', seconds: 331 },
    { do: 'spawn', how: 'setsid', seconds: 331 },
  )
  const pids = run.lines.map((it) => Number(it['pid']))
  expect(pids).toHaveLength(3)
  await waitFor(
    () =>
      listProcesses().filter((it) => pids.includes(it.pid) && it.command === 'sleep 331').length ===
      3,
  )
  const deaf = readFileSync(`/proc/${pids[0]}/status`, 'utf8').match(/SigIgn:\s*(\w+)/)?.[1]
  expect(BigInt(`0x${deaf}`) & (1n << 14n)).not.toBe(0n)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
})

test('it works on a FIFO that never ends, and ends with its folder', async () => {
  await using dir = await tempDir()
  const path = await writeFakeClaude(join(dir.path, 'fake'))
  const fifo = join(dir.path, 'in')
  const log = join(dir.path, 'out.jsonl')
  await promisify(execFile)('mkfifo', [fifo])
  const child = spawn('sh', ['-c', `exec "${path}" <>"${fifo}" >>"${log}"`], {
    env: fakeEnv(),
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const fd = openSync(fifo, 'r+')
  writeSync(fd, toUserLine('one'))
  await waitFor(() => readFileSync(log, 'utf8').includes('"state":"idle"'))
  writeSync(fd, toUserLine('two'))
  await waitFor(() => readFileSync(log, 'utf8').includes('echo: two'))
  closeSync(fd)
  await rm(join(dir.path, 'fake'), { recursive: true })
  expect(await ended).toEqual([null, 'SIGKILL'])
})

test('it does not outlive its lifetime', async () => {
  const run = await playFake({
    lifetimeMs: 200,
    everyTurn: [{ do: 'ignore_signals', signals: ['SIGTERM'] }, { do: 'silence' }],
  })
  expect(run.signal).toBe('SIGKILL')
})
