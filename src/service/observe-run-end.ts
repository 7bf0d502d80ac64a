import type { RunRow, SessionRow } from '../store/tables.ts'
import { toUsd } from '../util/money.ts'
import type { ServiceContext } from './context.ts'
import { parseOutcome } from './front/parse-outcome.ts'

/** Counts a run that has ended, with what all of its attempts have cost; one that has not is left out. */
export function observeRunEnd(
  { observer }: Pick<ServiceContext, 'observer'>,
  { run, session }: { run: RunRow; session: Pick<SessionRow, 'profile'> },
): void {
  if (run.ended_at === null) return
  const outcome = parseOutcome(run.outcome)
  if (outcome === null) return
  observer.runEnded({ outcome, profile: session.profile, costUsd: toUsd(run.cost_micros) })
}
