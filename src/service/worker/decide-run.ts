import type { Profile } from '../contract/profile.ts'
import { wasAlreadyTaken, wasRowAlreadyTaken } from './already-taken.ts'
import { decide, type Decision, type RetryPauses } from './decide.ts'
import type { AttemptEnd, AttemptNotes } from './finish-run.ts'
import type { Serve } from './worker-parts.ts'

/** A run that was tried so often is given up, whoever is to blame. */
const mostAttempts = 50

/** Outcomes that are not the run's own failure: they spend none of its tries. */
const unspent: ReadonlySet<string> = new Set(['lost', 'rate_limited', 'cancelled'])

/** What becomes of a run after an attempt, given those before it and what its profile wants. */
export function decideRun(
  serve: Serve,
  profile: Profile,
  given: { end: AttemptEnd; notes: Pick<AttemptNotes, 'former'>; pauses: RetryPauses },
): Decision {
  const { maxAttempts = 1, onSessionLost } = profile
  const { end, pauses } = given
  const { former } = given.notes
  const { outcome } = end
  if (serve.cancel.signal.aborted && outcome !== 'ok') return { kind: 'end', state: 'cancelled' }
  const isLostFirst = former.every((one) => one.outcome !== 'session_not_found')
  if (outcome === 'session_not_found' && onSessionLost === 'fresh' && isLostFirst) {
    return { kind: 'retry', delayMs: 0, reason: 'its conversation was lost: it begins anew' }
  }
  // Twice in a row another id does not help.
  const previous = former.at(-1)
  if (wasAlreadyTaken(end) && (previous === undefined || !wasRowAlreadyTaken(previous))) {
    return { kind: 'retry', delayMs: 0, reason: 'its prompt is sent under another id' }
  }
  const failures = former.filter(
    (one) => one.outcome !== null && !unspent.has(one.outcome) && !wasRowAlreadyTaken(one),
  )
  const spent = failures.length + (unspent.has(outcome) ? 0 : 1)
  const decision = decide(
    { ...end, now: Date.now() },
    { spent, max: maxAttempts, random: Math.random, pauses },
  )
  const isTooMuch = decision.kind === 'retry' && former.length + 1 >= mostAttempts
  return isTooMuch ? { kind: 'end', state: 'failed' } : decision
}
