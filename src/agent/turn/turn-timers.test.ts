import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newTurnRun } from './turn-run.ts'
import type { TurnRun } from './turn-run.ts'
import { startTurnTimers, type TurnWatch } from './turn-timers.ts'

const limits = { stallTimeoutMs: 10_000, startTimeoutMs: 5000, firstEventTimeoutMs: 4000 }

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

function newRun(): TurnRun {
  const run = newTurnRun({
    promptId: 'p',
    userMessage: {},
    wantsStructuredOutput: false,
    iterate: () => expect.fail('nobody iterates'),
  })
  run.sentAt = Date.now()
  return run
}

/** Runs timers for so long, with what is `given` instead of an agent at rest. */
async function pass(ms: number, run: TurnRun, given: Partial<TurnWatch> = {}): Promise<string[]> {
  const heard: string[] = []
  const beganAt = Date.now()
  const stop = startTurnTimers({
    limits,
    run,
    isCaughtUp: () => true,
    isStarting: () => false,
    isAwaiting: () => false,
    isCalling: () => false,
    isDiskFull: () => false,
    lastActivityAt: () => beganAt,
    writtenAt: () => beganAt,
    readCpuMs: async () => 0,
    now: Date.now,
    onExpired: (cause) => {
      heard.push(cause)
      stop()
    },
    onBusy: () => heard.push('busy'),
    onLimbo: () => {
      heard.push('limbo')
      stop()
    },
    ...given,
  })
  await vi.advanceTimersByTimeAsync(ms)
  stop()
  return heard
}

/** One whose CLI has begun to work. */
function heardRun(): TurnRun {
  const run = newRun()
  run.evidence.isHeard = true
  return run
}

test('nothing heard since the prompt, and silence after something was heard, are told apart', async () => {
  expect(await pass(3500, newRun())).toEqual([])
  expect(await pass(4500, newRun())).toEqual(['no_first_event'])
  expect(await pass(9500, heardRun())).toEqual([])
  expect(await pass(10_500, heardRun())).toEqual(['stalled'])
})

test('silence is judged only when all of the log has been read', async () => {
  expect(await pass(60_000, newRun(), { isCaughtUp: () => false })).toEqual([])
})

test('an agent that computes is given the same time again, three times', async () => {
  const readCpuMs = async (): Promise<number> => Date.now()
  expect(await pass(60_000, heardRun(), { readCpuMs })).toEqual(['busy', 'busy', 'busy', 'stalled'])
  // What it used before it fell silent does not count, nor what an idle CLI uses.
  const idle = async (): Promise<number> => 500_000 + Date.now() * 0.02
  expect(await pass(60_000, heardRun(), { readCpuMs: idle })).toEqual(['stalled'])
  expect(await pass(60_000, heardRun(), { readCpuMs: async () => null })).toEqual(['stalled'])
})

test('what it says begins the count anew, of the pardons too', async () => {
  let at = Date.now()
  const readCpuMs = async (): Promise<number> => Date.now()
  const every = setInterval(() => (at = Date.now()), 25_000)
  const heard = await pass(120_000, heardRun(), { readCpuMs, lastActivityAt: () => at })
  clearInterval(every)
  expect(heard).not.toContain('stalled')
  expect(heard.length).toBeGreaterThan(3)
})

test('a tool is at work as long as its call says, and any other as long as it takes', async () => {
  const run = heardRun()
  run.evidence.runningTools.set('t', 30_000)
  expect(await pass(39_000, run)).toEqual([])
  expect(await pass(41_000, run)).toEqual(['stalled'])
  run.evidence.runningTools.set('other', null)
  expect(await pass(3_600_000, run)).toEqual([])
})

test('who waits for a human, for a call of this process or for a task is not silent', async () => {
  const run = heardRun()
  run.evidence.runningTools.set('t', 1000)
  expect(await pass(60_000, run, { isAwaiting: () => true })).toEqual([])
  expect(await pass(60_000, heardRun(), { isCalling: () => true })).toEqual([])
  run.evidence.openTasks.add('task')
  expect(await pass(60_000, run)).toEqual([])
})

test('the wall clock counts from when the prompt was written, without the time that humans took', async () => {
  const timed = { limits: { ...limits, stallTimeoutMs: 3_600_000, timeoutMs: 60_000 } }
  expect(await pass(59_000, heardRun(), timed)).toEqual([])
  expect(await pass(61_000, heardRun(), timed)).toEqual(['timeout'])
  // Taken over after 50 s.
  const old = heardRun()
  old.sentAt = Date.now() - 50_000
  expect(await pass(11_000, old, timed)).toEqual(['timeout'])
  // A human was awaited for 40 s of it, as the one before has noted.
  const waited = heardRun()
  waited.sentAt = Date.now() - 50_000
  waited.awaitedMs = 40_000
  expect(await pass(48_000, waited, timed)).toEqual([])
  // The request is still open, and nothing was written since it was made.
  const waiting = heardRun()
  waiting.sentAt = Date.now() - 500_000
  const writtenAt = Date.now() - 490_000
  const open = { ...timed, isAwaiting: () => true, writtenAt: () => writtenAt }
  expect(await pass(600_000, waiting, open)).toEqual([])
  expect(waiting.awaitedMs).toBeGreaterThanOrEqual(490_000 + 599_000)
})

test('a result without an end is limbo, unless more is to come', async () => {
  const run = heardRun()
  run.evidence.isAnswered = true
  expect(await pass(10_500, run)).toEqual(['limbo'])
  run.evidence.steered.set('s', 'sent')
  expect(await pass(10_500, run)).toEqual(['stalled'])
})
