import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler, Run } from '../../../src/client/index.ts'
import type { Planned } from '../mix.ts'
import { codeOf, isPassing, untilReached } from './reach.ts'

/** What the submitters have been told. */
export type Accepted = {
  /** By run. */
  runs: Map<string, Planned>
  /** Runs that repeat a failed one. */
  retries: string[]
  /** Retries whose answers were lost: they may have become runs. */
  doubtfulRetries: number
  cancels: number
  conflicts: number
  sameAgain: number
  /** What must not be. */
  problems: string[]
}

export function noneAccepted(): Accepted {
  return {
    runs: new Map(),
    retries: [],
    doubtfulRetries: 0,
    cancels: 0,
    conflicts: 0,
    sameAgain: 0,
    problems: [],
  }
}

/** Submits one prompt, whatever dies meanwhile, and does what is planned about it. */
export async function submitPlanned(
  hostler: Hostler,
  planned: Planned,
  options: { accepted: Accepted; onSession: (id: string) => void; signal: AbortSignal },
): Promise<void> {
  const { accepted, onSession, signal } = options
  const { submission, name } = planned
  const run = await untilReached(signal, () => hostler.runs.submit(submission, { signal }))
  accepted.runs.set(run.id, planned)
  onSession(run.sessionId)
  await Promise.all([
    submitAgain(hostler, { planned, run, ...options }),
    cancelLater(hostler, { planned, run, ...options }),
    retryFailed(hostler, { planned, run, ...options }),
  ]).catch((error: unknown) => {
    if (!signal.aborted) accepted.problems.push(`${name}: ${codeOf(error)}`)
  })
}

type Of = { planned: Planned; run: Run; accepted: Accepted; signal: AbortSignal }

async function submitAgain(
  hostler: Hostler,
  { planned: { again, submission, name }, run, accepted, signal }: Of,
): Promise<void> {
  if (again === null) return
  const prompt = again === 'same' ? submission.prompt : `${submission.prompt} and more`
  try {
    const second = await untilReached(signal, () =>
      hostler.runs.submit({ ...submission, prompt }, { signal }),
    )
    if (again === 'same' && second.id === run.id) accepted.sameAgain += 1
    else accepted.problems.push(`${name}: submitted ${again} again, became ${second.id}`)
  } catch (error) {
    if (again !== 'other' || codeOf(error) !== 'idempotency_conflict') throw error
    accepted.conflicts += 1
  }
}

async function cancelLater(
  hostler: Hostler,
  { planned: { cancelAfterMs }, run, accepted, signal }: Of,
): Promise<void> {
  if (cancelAfterMs === null) return
  await sleep(cancelAfterMs, undefined, { signal })
  try {
    await untilReached(signal, () => hostler.runs.cancel(run.id, { signal }))
    accepted.cancels += 1
  } catch (error) {
    if (codeOf(error) !== 'run_ended') throw error
  }
}

async function retryFailed(
  hostler: Hostler,
  { planned: { isRetried, deed }, run, accepted, signal }: Of,
): Promise<void> {
  if (!isRetried || deed !== 'fail') return
  let last = run
  while (last.endedAt === null) {
    last = await untilReached(signal, () => hostler.runs.wait(run.id, { timeoutMs: 5000, signal }))
  }
  if (last.state !== 'failed') return
  try {
    const next = await hostler.runs.retry(run.id, { signal })
    accepted.retries.push(next.id)
  } catch (error) {
    // Not sent again: nothing says whether it was done.
    if (!isPassing(error)) throw error
    accepted.doubtfulRetries += 1
  }
}
