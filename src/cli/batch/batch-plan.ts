import type { Submission } from '../../client/index.ts'
import type { Io } from '../io.ts'
import type { SubmitFlags } from '../service/submit-flags.ts'
import { usageError } from '../usage-error.ts'
import { checkBatch, type CheckedEntry } from './check-batch.ts'
import { readBatch } from './read-batch.ts'

/** A batch that can be submitted. */
export type BatchPlan = {
  /** Where it came from. */
  path: string
  /** What its runs are known by: submitted again under it, none is made twice. */
  id: string
  /** Each after those that it depends on. */
  entries: CheckedEntry[]
  /** What entries have that do not say otherwise. */
  defaults: Partial<Submission>
}

// Enough to tell files apart, and short enough for a label.
const hashDigits = 16

/**
 * Reads a batch and checks all of it. What is wrong with it is printed, line by line.
 * @throws usage: then nothing of it may be submitted
 */
export async function planBatch(
  path: string,
  { flags, defaults, io }: { flags: SubmitFlags; defaults: Partial<Submission>; io: Io },
): Promise<BatchPlan> {
  const raw = await readBatch(path, io)
  const checked = checkBatch(raw.entries)
  if ('problems' in checked) {
    const { problems } = checked
    for (const problem of problems) io.stderr.write(`${path}:${problem}\n`)
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`
    throw usageError(`${path} has ${count}: nothing was submitted`, 'correct it and try again')
  }
  const id = flags.batchId ?? raw.hash.slice(0, hashDigits)
  return { path, id, entries: checked.entries, defaults }
}

/** An entry as it is submitted; its session, when it names none, is the batch's for this entry alone. */
export function toBatchSubmission(
  { at, entry }: CheckedEntry,
  { plan, idOf }: { plan: BatchPlan; idOf: (name: string) => string },
): Submission {
  const { name, dependsOn, sessionId, key, ...given } = entry
  const { sessionId: ownSession, key: ownKey, ...defaults } = plan.defaults
  const own = name === undefined ? `${plan.id}#${at}` : `${plan.id}:${name}`
  const placed = [
    { sessionId, key },
    { sessionId: ownSession, key: ownKey },
    { sessionId: undefined, key: `batch:${own}` },
  ].find((place) => place.sessionId !== undefined || place.key !== undefined)
  return {
    ...defaults,
    ...given,
    ...(placed?.sessionId !== undefined && { sessionId: placed.sessionId }),
    ...(placed?.key !== undefined && { key: placed.key }),
    labels: { ...defaults.labels, ...given.labels, batch: plan.id },
    ...(dependsOn !== undefined && { dependsOn: dependsOn.map(idOf) }),
    idempotencyKey: `batch:${own}`,
  }
}
