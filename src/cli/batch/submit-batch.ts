import type { Run } from '../../client/index.ts'
import { HostlerError } from '../../errors.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Service } from '../service/with-hostler.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { createScreen, type Screen } from '../terminal/screen.ts'
import { usageError } from '../usage-error.ts'
import { batchLine, describeCounts } from './batch-line.ts'
import { toBatchSubmission, type BatchPlan } from './batch-plan.ts'
import { reportBatch } from './batch-report.ts'
import { createBatchTracker, type BatchTracker } from './batch-tracker.ts'
import { patiently } from './patiently.ts'

export type BatchOptions = {
  /** How long its ends are waited for; null: only submit, Infinity: to the last. */
  waitMs: number | null
  /** How many of its runs may be open at once. */
  concurrency: number
  isJson: boolean
}

/**
 * Submits a batch, or the rest of one that was begun, and with `waitMs` follows it to its end. Resolves
 * with 0 when all have succeeded, or without waiting, when all are submitted.
 */
export async function submitBatch(
  service: Service,
  plan: BatchPlan,
  options: BatchOptions,
): Promise<number> {
  const { io, hostler, leaving, signal } = service
  const screen = createScreen(io, { isQuiet: options.isJson })
  const { paint } = screen
  const tracker = createBatchTracker(plan.entries.length, ({ label, id, state }) => {
    if (options.waitMs === null) return
    const counts = describeCounts(tracker.counts())
    // On a terminal the bar tells of those that went well.
    if (state !== 'succeeded') screen.note(paint.red(`· ${safeLine(label)} ${state}: ${id}`))
    else if (!io.stderr.isTTY) screen.note(`· ${safeLine(label)} ${state} (${counts})`)
  })
  const startedAt = performance.now()
  screen.setStatus(() => {
    const elapsedMs = performance.now() - startedAt
    return batchLine(tracker.counts(), { elapsedMs, columns: screen.columns, paint })
  })
  service.onReconnect((problem) => screen.note(paint.dim(`· connecting again: ${problem}`)))
  const done = new AbortController()
  const { cursor } = await hostler.status({ signal })
  const failing = new AbortController()
  const feeding = followFeed(service, { tracker, after: cursor, done: done.signal }).catch(
    (error: unknown) => failing.abort(error),
  )
  // Without the feed no end would ever be heard of.
  const stop = AbortSignal.any([signal, failing.signal])
  const runs = new Map<number, Run>()
  try {
    await submitAll({ ...service, signal: stop }, plan, { options, tracker, runs, screen })
    if (options.waitMs !== null) {
      const ends = options.waitMs === Infinity ? [] : [AbortSignal.timeout(options.waitMs)]
      await tracker.fewerThan(1, AbortSignal.any([stop, ...ends]))
    }
    failing.signal.throwIfAborted()
  } catch (error) {
    if (!signal.aborted) {
      if (!isUsage(error)) screen.note(howToResume(plan, tracker))
      throw error
    }
  } finally {
    done.abort()
    await feeding
    screen.setStatus(null)
    screen.close()
  }
  if (signal.aborted) {
    io.stderr.write(`${howToResume(plan, tracker)}\n`)
    return leaving.exitCode ?? exitCodes.interrupted
  }
  return await reportBatch(service, plan, { runs, options })
}

/** One after the other: those of one session run in the order of the file. */
async function submitAll(
  { hostler, signal }: Service,
  plan: BatchPlan,
  given: {
    options: BatchOptions
    tracker: BatchTracker
    runs: Map<number, Run>
    screen: Screen
  },
): Promise<void> {
  const { options, tracker, runs, screen } = given
  const names = new Map<string, string>()
  const idOf = (name: string): string => names.get(name) ?? name
  const onWait = (problem: string): void => {
    screen.note(screen.paint.dim(`· waiting: ${safeLine(problem)}`))
  }
  for (const entry of plan.entries) {
    await tracker.fewerThan(options.concurrency, signal)
    signal.throwIfAborted()
    const submission = toBatchSubmission(entry, { plan, idOf })
    const submit = (): Promise<Run> => hostler.runs.submit(submission, { signal })
    const run = await patiently(submit, { signal, onWait }).catch((error: unknown) => {
      throw isOtherSubmission(error) ? otherBatch(plan, entry.label) : error
    })
    if (entry.entry.name !== undefined) names.set(entry.entry.name, run.id)
    runs.set(entry.at, run)
    tracker.add(run, entry.label)
  }
}

function isOtherSubmission(error: unknown): boolean {
  return error instanceof HostlerError && error.code === 'idempotency_conflict'
}

/** The same command would end in the same way. */
function isUsage(error: unknown): boolean {
  return error instanceof HostlerError && error.code === 'usage'
}

function otherBatch({ path, id }: BatchPlan, label: string): Error {
  return usageError(
    `${path}: entry "${label}" was submitted as part of batch ${id} already, with other fields or flags`,
    'give the same ones as then, or another --batch-id',
  )
}

async function followFeed(
  { hostler, signal }: Service,
  { tracker, after, done }: { tracker: BatchTracker; after: string; done: AbortSignal },
): Promise<void> {
  const either = AbortSignal.any([signal, done])
  try {
    for await (const change of hostler.changes({ after, signal: either })) {
      if (change.kind !== 'run') continue
      const state = toState(change.data['state'])
      if (state !== null) tracker.note(change.subjectId, state)
    }
  } catch (error) {
    if (!either.aborted) throw error
  }
}

const states = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const

function toState(value: unknown): Run['state'] | null {
  return states.find((state) => state === value) ?? null
}

function howToResume({ path, entries }: BatchPlan, tracker: BatchTracker): string {
  const { submitted } = tracker.counts()
  const left = entries.length - submitted
  const rest = left === 0 ? '' : `, ${left} are not submitted`
  const from = path === '-' ? '- with the same input' : path
  return `· ${tracker.open()} runs of the batch go on${rest}; the same command goes on with it: hostler submit --batch ${from}`
}
