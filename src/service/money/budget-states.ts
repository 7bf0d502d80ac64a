import { readBudgets } from '../../store/money/budgets.ts'
import type { Limit } from '../../store/money/reserve-budget.ts'
import type { Reader } from '../../store/reader.ts'
import { toUsd } from '../../util/money.ts'
import type { ServiceContext } from '../context.ts'
import type { BudgetState } from '../contract/costs.ts'
import { allDayLimits } from './limits-of.ts'

/** How far limits are used at present. */
export async function readBudgetStates(
  store: Reader,
  limits: readonly Limit[],
): Promise<BudgetState[]> {
  const budgets = await readBudgets(store, limits)
  return limits.map(({ scope, name, limitMicros, endsAt }) => {
    const { spentMicros = 0, reservedMicros = 0 } = budgets.get(scope) ?? {}
    return {
      name,
      limitUsd: toUsd(limitMicros),
      spentUsd: toUsd(spentMicros),
      reservedUsd: toUsd(reservedMicros),
      resetsAt: endsAt,
    }
  })
}

/** Those by day that are used as far as people are warned, what is set aside included. */
export async function limitsNearlyUsed(
  { store, configuration }: Pick<ServiceContext, 'store' | 'configuration'>,
  at: number,
): Promise<BudgetState[]> {
  const { budgets } = configuration()
  const states = await readBudgetStates(store, allDayLimits(configuration(), { at }))
  return states.filter(
    ({ spentUsd, reservedUsd, limitUsd }) => spentUsd + reservedUsd >= limitUsd * budgets.warnAt,
  )
}
