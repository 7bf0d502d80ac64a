import { type HostlerError, hostlerError } from '../../errors.ts'
import type { Counted } from '../../store/money/budgets.ts'
import type { Limit } from '../../store/money/reserve-budget.ts'
import { toUsd } from '../../util/money.ts'
import type { ServiceContext } from '../context.ts'
import type { Decision } from '../worker/decide.ts'

/** How soon a run looks again that waits for what others have set aside, and will not all need. */
const busyMs = 5000

/** An attempt that a limit has no money left for. */
export function budgetReached(
  { name, limitMicros, endsAt }: Pick<Limit, 'name' | 'limitMicros' | 'endsAt'>,
  { spentMicros, reservedMicros }: Pick<Counted, 'spentMicros' | 'reservedMicros'>,
): HostlerError {
  const aside = reservedMicros === 0 ? '' : `, ${shown(reservedMicros)} are set aside for others`
  const when =
    endsAt === null
      ? 'it does not begin anew'
      : `it begins anew at ${new Date(endsAt).toISOString()}`
  return hostlerError('budget_reached', {
    limit: name,
    spent: shown(spentMicros),
    max: shown(limitMicros),
    aside,
    when,
    key: keyOf(name),
    // For the decision: 0 is never.
    resetsAt: endsAt ?? 0,
    unspentMicros: limitMicros - spentMicros,
  })
}

/** What becomes of a run that a limit has no money left for: it waits until there is some, or fails. */
export function decideBudgetReached(
  { message, params }: HostlerError,
  { store, configuration }: Pick<ServiceContext, 'store' | 'configuration'>,
): Decision {
  const now = store.clock()
  const resetsAt = Number(params['resetsAt'])
  const untilResetMs = Math.max(0, resetsAt - now)
  // Others have it all, and give back what they do not need.
  if (Number(params['unspentMicros']) > 0) {
    const soonMs = Math.round(busyMs * (0.5 + Math.random()))
    const delayMs = resetsAt === 0 ? soonMs : Math.min(soonMs, untilResetMs)
    return { kind: 'retry', delayMs, reason: message }
  }
  if (resetsAt === 0 || configuration().budgets.onLimit === 'fail')
    return { kind: 'end', state: 'failed' }
  return { kind: 'retry', delayMs: untilResetMs, reason: message }
}

/** What the limit of this name is called in the configuration. */
function keyOf(name: string): string {
  if (name === 'run') return 'maxBudgetUsd'
  if (name === 'session') return 'maxSessionUsd'
  if (name === 'day') return 'budgets.maxDayUsd'
  return name.startsWith('label ') ? 'budgets.labels' : 'maxDayUsd of the profile'
}

/** Cents, and of a cent as much as there is. */
function shown(micros: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 6, useGrouping: false }
  return `$${toUsd(micros).toLocaleString('en', digits)}`
}
