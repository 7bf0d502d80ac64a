import type { Limit } from '../../store/money/reserve-budget.ts'
import { type Subject, toSubjectKey } from '../../store/money/subjects.ts'
import { dayOf } from '../../util/day-of.ts'
import { toMicros } from '../../util/money.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { Profile } from '../contract/profile.ts'

/** All limits on money, but a run's own, that hold for an attempt; first those that never begin anew. */
export function limitsOf(
  { budgets }: Pick<Configuration, 'budgets'>,
  of: {
    profile: Pick<Profile, 'name' | 'maxDayUsd' | 'maxSessionUsd'>
    /** null: one that is to come. */
    sessionId: string | null
    labels: Readonly<Record<string, string>>
    /** Epoch milliseconds. */
    at: number
  },
): Limit[] {
  const { profile, sessionId, labels, at } = of
  const { maxSessionUsd, maxDayUsd } = profile
  const limits: Limit[] = []
  if (maxSessionUsd !== undefined && sessionId !== null) {
    limits.push(toSessionLimit(sessionId, maxSessionUsd))
  }
  const matching = budgets.labels.filter(({ label, value }) => labels[label] === value)
  const ofDay = toDayLimits(budgets, at)
  if (maxDayUsd !== undefined) limits.push(ofDay.profile(profile.name, maxDayUsd))
  for (const { label, value, maxDayUsd: usd } of matching) {
    limits.push(ofDay.label({ label, value }, usd))
  }
  if (budgets.maxDayUsd !== null) limits.push(ofDay.all(budgets.maxDayUsd))
  return withoutRepeats(limits)
}

/** All limits by day that there are, whoever they are for. */
export function allDayLimits(
  { budgets, profiles }: Pick<Configuration, 'budgets' | 'profiles'>,
  { at }: { at: number },
): Limit[] {
  const ofDay = toDayLimits(budgets, at)
  const limits: Limit[] = []
  if (budgets.maxDayUsd !== null) limits.push(ofDay.all(budgets.maxDayUsd))
  for (const { name, maxDayUsd } of Object.values(profiles)) {
    if (maxDayUsd !== undefined) limits.push(ofDay.profile(name, maxDayUsd))
  }
  for (const { label, value, maxDayUsd } of budgets.labels) {
    limits.push(ofDay.label({ label, value }, maxDayUsd))
  }
  return withoutRepeats(limits)
}

/** The limit of one session. */
export function toSessionLimit(sessionId: string, maxUsd: number): Limit {
  const subject: Subject = { kind: 'session', sessionId }
  return {
    scope: toSubjectKey(subject),
    subject,
    startsAt: 0,
    endsAt: null,
    name: 'session',
    limitMicros: toMicros(maxUsd),
  }
}

function toDayLimits(
  { timeZone }: Configuration['budgets'],
  at: number,
): {
  all: (maxUsd: number) => Limit
  profile: (profile: string, maxUsd: number) => Limit
  label: (label: { label: string; value: string }, maxUsd: number) => Limit
} {
  const { name: day, startsAt, endsAt } = dayOf(at, timeZone)
  const toLimit = (name: string, subject: Subject, maxUsd: number): Limit => ({
    // With the zone: where that is changed, another day begins.
    scope: `${toSubjectKey(subject)}:${day}@${timeZone}`,
    subject,
    startsAt,
    endsAt,
    name,
    limitMicros: toMicros(maxUsd),
  })
  return {
    all: (maxUsd) => toLimit('day', { kind: 'all' }, maxUsd),
    profile: (profile, maxUsd) =>
      toLimit(`profile ${profile} a day`, { kind: 'profile', profile }, maxUsd),
    label: ({ label, value }, maxUsd) =>
      toLimit(`label ${label}=${value} a day`, { kind: 'label', label, value }, maxUsd),
  }
}

/** A label that is written down twice: the lower limit holds. */
function withoutRepeats(limits: readonly Limit[]): Limit[] {
  const byScope = new Map<string, Limit>()
  for (const limit of limits) {
    const other = byScope.get(limit.scope)
    if (other === undefined || limit.limitMicros < other.limitMicros) {
      byScope.set(limit.scope, limit)
    }
  }
  return [...byScope.values()]
}
