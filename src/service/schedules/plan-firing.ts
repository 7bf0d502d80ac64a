import type { Schedule } from '../contract/schedule.ts'
import type { CronTimes } from './cron-times.ts'

/** What is to be done about a schedule that is due. Times are epoch milliseconds. */
export type FiringPlan = {
  /** Times that are left out, as nothing ran then. */
  missed: { from: number; to: number; count: number; isCounted: boolean } | null
  /** The time to fire now; null: none of those that have come. */
  fire: { at: number; isLate: boolean } | null
  /** The next time to look at, which may have come, too. */
  nextAt: number | null
}

/** A time that is fired within this is on time: a moment without a worker is not worth a policy. */
export const onTimeMs = 60_000

/** More than these are not made up for, and are noted in one line. */
export const mostMadeUp = 100

const mostCounted = 1000

/** Decides which of the times from `dueAt`, which has come, until `now` is fired, and what comes next. */
export function planFiring(
  times: CronTimes,
  { dueAt, now, missed }: { dueAt: number; now: number; missed: Schedule['missed'] },
): FiringPlan {
  if (!isLate(dueAt, now)) return fireAt(dueAt)
  switch (missed) {
    case 'skip': {
      const nextAt = times.next(now - onTimeMs - 1)
      if (nextAt === null || nextAt > now)
        return { missed: since(nextAt ?? now), fire: null, nextAt }
      return { ...fireAt(nextAt), missed: since(nextAt) }
    }
    case 'last':
      return fireFrom(times.before(now, 1).at(-1) ?? dueAt)
    case 'all':
      return fireFrom(times.before(now, mostMadeUp).at(-1) ?? dueAt)
    default:
      return missed satisfies never
  }

  function fireFrom(at: number): FiringPlan {
    return at > dueAt ? { ...fireAt(at), missed: since(at) } : fireAt(dueAt)
  }

  function fireAt(at: number): FiringPlan {
    return { missed: null, fire: { at, isLate: isLate(at, now) }, nextAt: times.next(at) }
  }

  /** From the one that is due to the last one before `end`. */
  function since(end: number): FiringPlan['missed'] {
    const to = times.before(end - 1, 1)[0] ?? dueAt
    let count = 1
    for (let at = dueAt; at < to && count <= mostCounted; count++) at = times.next(at) ?? to
    return { from: dueAt, to, count: Math.min(count, mostCounted), isCounted: count <= mostCounted }
  }
}

function isLate(at: number, now: number): boolean {
  return now - at > onTimeMs
}
