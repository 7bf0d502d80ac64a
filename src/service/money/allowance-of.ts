import { mergeLabels } from '../../store/money/subjects.ts'
import { toAgentOptions } from '../configuration/to-agent-options.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { type Allowance, readAllowance } from './allowance.ts'
import { overridesOf } from '../worker/overrides-of.ts'
import type { Serve } from '../worker/worker-parts.ts'

/** What the next attempt at a run may cost. @throws budget_reached */
export async function allowanceOf(
  context: ServiceContext,
  { session, run }: Pick<Serve, 'session' | 'run'>,
  profile: Profile,
): Promise<Allowance | null> {
  return await readAllowance(context, {
    profile,
    maxBudgetUsd: toAgentOptions(profile, overridesOf(session, run)).maxBudgetUsd,
    spentMicros: run.cost_micros,
    sessionId: session.id,
    labels: mergeLabels(session.labels, run.labels),
  })
}
