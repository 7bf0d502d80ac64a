import { hostlerError } from '../../errors.ts'
import {
  firstSpendingAt,
  type SpendingGroup,
  type SpendingSum,
  sumSpending,
} from '../../store/money/sum-spending.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { type Day, daysBetween } from '../../util/day-of.ts'
import { toUsd } from '../../util/money.ts'
import { costQuerySchema } from '../api-schema/costs-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { ServiceContext } from '../context.ts'
import type { BudgetState, CostGroup, CostLine, CostQuery, CostReport } from '../contract/costs.ts'
import type { CallOptions } from '../contract/hostler.ts'
import { readBudgetStates } from '../money/budget-states.ts'
import { allDayLimits, toSessionLimit } from '../money/limits-of.ts'

const usualMs = 30 * 86_400_000

/** What attempts that ended in a time have cost, summed up. @throws invalid_input */
export async function readCosts(
  context: ServiceContext,
  input: CostQuery = {},
  { signal }: CallOptions = {},
): Promise<CostReport> {
  signal?.throwIfAborted()
  const { store, configuration } = context
  const query = parseInput(costQuerySchema, input, { name: 'query' })
  const now = store.clock()
  const { by = ['day'], to = now, timeZone = configuration().budgets.timeZone } = query
  const { from = Math.max(0, to - usualMs) } = query
  if (from > to) throw backwards({ from, to })
  const { profile, sessionId, labels } = query
  const filter = { from, to, profile, sessionId, labels }
  const first = await firstSpendingAt(store, from)
  const days = first === null || first >= to ? [] : daysBetween({ from: first, to }, timeZone)
  const sums = days.length === 0 ? [] : await sumSpending(store, filter, toGroups(by, days))
  const [total] = await sumSpending(store, filter, [])
  return {
    by,
    from,
    to,
    timeZone,
    lines: sums.map(toLine).toSorted(byKeys),
    total: total === undefined ? nothing : toTotal(total),
    limits: await limitsFor(context, { sessionId, now }),
  }
}

function toGroups(by: readonly CostGroup[], days: readonly Day[]): SpendingGroup[] {
  return by.map((group) => {
    switch (group) {
      case 'day':
        return { by: 'day', days }
      case 'session':
        return { by: 'session_id' }
      case 'account':
        return { by: 'account_id' }
      case 'profile':
      case 'model':
        return { by: group }
      default:
        return { by: 'label', label: group.slice('label:'.length) }
    }
  })
}

async function limitsFor(
  { store, configuration }: ServiceContext,
  { sessionId, now }: { sessionId: string | undefined; now: number },
): Promise<BudgetState[]> {
  const limits = allDayLimits(configuration(), { at: now })
  const session = sessionId === undefined ? null : await getSession(store, sessionId)
  const maxUsd = session === null ? undefined : configuration().profiles[session.profile]
  if (session !== null && maxUsd?.maxSessionUsd !== undefined) {
    limits.unshift(toSessionLimit(session.id, maxUsd.maxSessionUsd))
  }
  return await readBudgetStates(store, limits)
}

function toLine({ keys, micros, ...figures }: SpendingSum): CostLine {
  return { keys, costUsd: toUsd(micros), ...figures }
}

function toTotal(sum: SpendingSum): CostReport['total'] {
  const { keys: _keys, ...total } = toLine(sum)
  return total
}

const nothing: CostReport['total'] = {
  costUsd: 0,
  runs: 0,
  attempts: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheCreationTokens: 0,
}

function byKeys(one: CostLine, other: CostLine): number {
  for (const [index, key] of one.keys.entries()) {
    const against = other.keys[index] ?? ''
    if (key !== against) return key < against ? -1 : 1
  }
  return 0
}

function backwards({ from, to }: { from: number; to: number }): Error {
  return hostlerError('invalid_input', {
    field: 'from',
    problem: `${new Date(from).toISOString()} is after ${new Date(to).toISOString()}`,
    cure: 'give a time before the one of `to`',
  })
}
