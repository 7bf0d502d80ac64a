import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { actionFor } from '../outcomes/outcome-table.ts'
import { isUsageLimit } from '../accounts/api-end.ts'
import { wasAlreadyTaken, wasRowAlreadyTaken } from './already-taken.ts'
import { decide, type Decision } from './decide.ts'
import type { AttemptEnd, AttemptNotes } from './finish-run.ts'
import type { Serve } from './worker-parts.ts'

/** A run that was tried so often is given up, whoever is to blame. */
const mostAttempts = 50

/** Outcomes that are not the run's own failure: they spend none of its tries. */
const unspent: ReadonlySet<string> = new Set(['lost', 'cancelled', 'parked'])

const underAnotherId = 'its prompt is sent under another id'

/** What becomes of a run after an attempt, given those before it and what its profile wants. */
export function decideRun(
  serve: Pick<Serve, 'cancel'>,
  profile: Pick<Profile, 'maxAttempts' | 'onSessionLost' | 'outcomes'>,
  given: {
    end: AttemptEnd
    notes: Pick<AttemptNotes, 'former'>
    context: Pick<ServiceContext, 'retryPauses' | 'store'>
  },
): Decision {
  const { maxAttempts = 1, onSessionLost } = profile
  const { end, context } = given
  const { former } = given.notes
  const { outcome, retryAt } = end
  if (serve.cancel.signal.aborted && outcome !== 'ok') return { kind: 'end', state: 'cancelled' }
  const isLostFirst = former.every((one) => one.outcome !== 'session_not_found')
  if (outcome === 'session_not_found' && onSessionLost === 'fresh' && isLostFirst) {
    return { kind: 'retry', delayMs: 0, reason: 'its conversation was lost: it begins anew' }
  }
  // Twice in a row another id does not help.
  const previous = former.at(-1)
  if (wasAlreadyTaken(end) && (previous === undefined || !wasRowAlreadyTaken(previous))) {
    return { kind: 'retry', delayMs: 0, reason: underAnotherId }
  }
  const ofOutcome = former.filter((one) => one.outcome === outcome).length + 1
  const decision = decide(
    { outcome, retryAt, isLimit: isUsageLimit(end), now: context.store.clock() },
    {
      action: actionFor(outcome, profile),
      spent: former.filter(isSpent).length + (unspent.has(outcome) ? 0 : 1),
      ofOutcome,
      max: maxAttempts,
      random: Math.random,
      pauses: context.retryPauses,
    },
  )
  if (decision.kind !== 'retry') return decision
  if (former.length + 1 >= mostAttempts) return { kind: 'end', state: 'failed' }
  // A turn that was interrupted in good order is known to the CLI, which would not run it again.
  if (end.error?.code !== 'cancelled') return decision
  return { ...decision, reason: `${decision.reason}: ${underAnotherId}` }
}

function isSpent(attempt: AttemptNotes['former'][number]): boolean {
  const { outcome, error } = attempt
  if (outcome === null || unspent.has(outcome) || wasRowAlreadyTaken(attempt)) return false
  // One that met a usage limit has waited it out.
  return outcome !== 'rate_limited' || !isUsageLimit({ outcome, error: toError(error) })
}

function toError(error: string | null): { code: string } | null {
  return error === null ? null : JSON.parse(error)
}
