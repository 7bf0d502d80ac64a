import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler, Run } from '../../../src/client/index.ts'
import type { Planned } from '../mix.ts'
import { codeOf, isPassing, untilReached } from './reach.ts'

/** What the submitters have been told. */
export type Accepted = {
  /** By run. */
  runs: Map<string, Planned>
  /** Runs by the names of their prompts. */
  ids: Map<string, string>
  /** Whose parent was being cancelled: submitted without one. */
  orphans: number
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
    ids: new Map(),
    orphans: 0,
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
  const { name } = planned
  const { submission, run } = await submitFirst(hostler, planned, { accepted, signal })
  accepted.runs.set(run.id, planned)
  accepted.ids.set(name, run.id)
  onSession(run.sessionId)
  await Promise.all([
    submitAgain(hostler, { planned: { ...planned, submission }, run, ...options }),
    cancelLater(hostler, { planned, run, ...options }),
    retryFailed(hostler, { planned, run, ...options }),
  ]).catch((error: unknown) => {
    if (!signal.aborted) accepted.problems.push(`${name}: ${codeOf(error)}`)
  })
}

/** Once those that it names have ids. */
async function submitFirst(
  hostler: Hostler,
  { submission, after, parent }: Planned,
  { accepted, signal }: { accepted: Accepted; signal: AbortSignal },
): Promise<{ submission: Planned['submission']; run: Run }> {
  const idOf = async (name: string): Promise<string> => {
    for (;;) {
      const id = accepted.ids.get(name)
      if (id !== undefined) return id
      await sleep(20, undefined, { signal })
    }
  }
  const submit = (one: Planned['submission']): Promise<Run> =>
    untilReached(signal, () => hostler.runs.submit(one, { signal }))
  const dependsOn = await Promise.all(after.map(idOf))
  const alone = { ...submission, ...(after.length === 0 ? {} : { dependsOn }) }
  if (parent === null) return { submission: alone, run: await submit(alone) }
  const child = { ...alone, parentRunId: await idOf(parent) }
  try {
    return { submission: child, run: await submit(child) }
  } catch (error) {
    // Open in the very session, or being cancelled.
    if (codeOf(error) !== 'invalid_input') throw error
    accepted.orphans += 1
    return { submission: alone, run: await submit(alone) }
  }
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
