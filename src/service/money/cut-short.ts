import { mergeLabels } from '../../store/money/subjects.ts'
import { toMicros } from '../../util/money.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { toAgentOptions } from '../configuration/to-agent-options.ts'
import type { Decision } from '../worker/decide.ts'
import type { AttemptEnd } from '../worker/finish-run.ts'
import { overridesOf } from '../worker/overrides-of.ts'
import type { Serve } from '../worker/worker-parts.ts'
import { limitsOf } from './limits-of.ts'

/** So often a run goes on after that; what it spends is counted, so that a limit ends it sooner. */
const mostAttempts = 50

/**
 * A turn that the CLI has ended because of a limit that is not the run's own, such as what was left of
 * the day: the run is looked at again, and waits, or fails, as the limit says. Null: it was not that.
 */
export function decideCutShort(
  { store, configuration }: Pick<ServiceContext, 'store' | 'configuration'>,
  { session, run, cancel }: Pick<Serve, 'session' | 'run' | 'cancel'>,
  { profile, end }: { profile: Profile; end: Pick<AttemptEnd, 'outcome' | 'costUsd'> },
): Decision | null {
  if (end.outcome !== 'budget_exceeded' || cancel.signal.aborted) return null
  if (run.attempt_count >= mostAttempts) return null
  const { maxBudgetUsd } = toAgentOptions(profile, overridesOf(session, run))
  const spentMicros = run.cost_micros + toMicros(end.costUsd ?? 0)
  if (maxBudgetUsd !== undefined && spentMicros >= toMicros(maxBudgetUsd)) return null
  const labels = mergeLabels(session.labels, run.labels)
  const of = { profile, sessionId: session.id, labels, at: store.clock() }
  if (limitsOf(configuration(), of).length === 0) return null
  return { kind: 'retry', delayMs: 0, reason: 'what a limit has left was used up in mid-turn' }
}
