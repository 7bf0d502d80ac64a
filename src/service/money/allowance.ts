import { readBudgets } from '../../store/money/budgets.ts'
import { leftOf, type Limit, type Reservation } from '../../store/money/reserve-budget.ts'
import { toMicros, toUsd } from '../../util/money.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { budgetReached } from './budget-reached.ts'
import { limitsOf } from './limits-of.ts'

/** What an attempt may cost. Micro-dollars. */
export type Allowance = {
  micros: number
  /** Only the run's, or the session's, own: what others spend does not change it. */
  isOwn: boolean
  reservation: Reservation
}

/** What is known of an attempt that is to begin, or of an agent that no session has yet. */
type Attempt = {
  profile: Profile
  /** Of the run, its profile's and its session's taken together. */
  maxBudgetUsd: number | undefined
  /** What the run's attempts have cost so far: a further one has only the rest. */
  spentMicros: number
  sessionId: string | null
  labels: Readonly<Record<string, string>>
}

/**
 * What is left for an attempt at present; null where no limit holds. It is looked at before an agent is
 * chosen, and set aside when the attempt begins.
 * @throws budget_reached when nothing is left
 */
export async function readAllowance(
  { store, configuration }: Pick<ServiceContext, 'store' | 'configuration'>,
  { profile, maxBudgetUsd, spentMicros, sessionId, labels }: Attempt,
): Promise<Allowance | null> {
  const limits = limitsOf(configuration(), { profile, sessionId, labels, at: store.clock() })
  const own = maxBudgetUsd === undefined ? null : toMicros(maxBudgetUsd)
  if (own !== null && own <= spentMicros) {
    const limit = { name: 'run', limitMicros: own, endsAt: null }
    throw budgetReached(limit, { spentMicros, reservedMicros: 0 })
  }
  if (limits.length === 0 && own === null) return null
  const budgets = await readBudgets(store, limits)
  const ownRest = own === null ? Infinity : own - spentMicros
  let micros = ownRest
  let isOwn = true
  for (const limit of limits) {
    const left = leftIn(limit, budgets)
    if (left >= micros) continue
    micros = left
    isOwn = limit.endsAt === null
  }
  const wanted = own === null ? toMicros(configuration().budgets.reserveUsd) : ownRest
  const amountMicros = Math.min(wanted, micros)
  return { micros, isOwn, reservation: { limits, amountMicros, toError: budgetReached } }
}

/** @throws budget_reached when there is nothing */
function leftIn(limit: Limit, budgets: Awaited<ReturnType<typeof readBudgets>>): number {
  const counted = budgets.get(limit.scope)
  if (counted === undefined) return limit.limitMicros
  const left = leftOf(limit, counted)
  if (left <= 0) throw budgetReached(limit, counted)
  return left
}

/** How far an agent's own limit may be from what the next turn may cost, and it is still kept. */
const bounds = {
  own: { least: 0.9, most: 1 },
  // What others spend meanwhile moves it. To begin a new process for each cent would cost more.
  shared: { least: 0.5, most: 1.1 },
}

/** Whether an agent that is there can serve an attempt: its process counts what it spends by itself. */
export function fitsAllowance(budgetLeftUsd: number | null, allowance: Allowance | null): boolean {
  if (allowance === null || budgetLeftUsd === null)
    return allowance === null && budgetLeftUsd === null
  const { least, most } = allowance.isOwn ? bounds.own : bounds.shared
  const left = toMicros(budgetLeftUsd)
  // The CLI counts in fractions of a micro-dollar: each turn may be off by one.
  return (
    left >= allowance.micros * least && left <= Math.ceil(allowance.micros * most) + slackMicros
  )
}

const slackMicros = 100

/** What the CLI is told of it. */
export function toBudgetOption(allowance: Allowance | null): { maxBudgetUsd?: number } {
  return allowance === null ? {} : { maxBudgetUsd: toUsd(allowance.micros) }
}
