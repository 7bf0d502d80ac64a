import { HostlerError } from '../../errors.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { type Allowance, readAllowance } from './allowance.ts'

/** What the first turn of a new session may cost, as far as that is known ahead. `none`: nothing. */
export async function readSpareAllowance(
  context: Pick<ServiceContext, 'store' | 'configuration'>,
  profile: Profile,
): Promise<Allowance | null | 'none'> {
  const { maxBudgetUsd = Infinity, maxSessionUsd = Infinity } = profile
  const least = Math.min(maxBudgetUsd, maxSessionUsd)
  try {
    return await readAllowance(context, {
      profile,
      maxBudgetUsd: least === Infinity ? undefined : least,
      spentMicros: 0,
      sessionId: null,
      labels: {},
    })
  } catch (error) {
    if (error instanceof HostlerError && error.code === 'budget_reached') return 'none'
    throw error
  }
}
