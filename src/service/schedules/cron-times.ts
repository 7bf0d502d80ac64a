import { Cron } from 'croner'
import { hostlerError } from '../../errors.ts'
import { toError } from '../../util/to-error.ts'

/** The times of a cron line in a time zone; epoch milliseconds. */
export type CronTimes = {
  /** The first after `at`; null: none ever. */
  next(at: number): number | null
  /** Up to `count` after `at`, the soonest first. */
  following(at: number, count: number): number[]
  /** Up to `count` at or before `at`, the latest first. */
  before(at: number, count: number): number[]
}

/**
 * Reads a cron line: five fields, or six with seconds first, as croner reads them. Of times that the
 * clocks go past, a fixed one comes as soon as they have, and of those that they show twice, the first:
 * fixed are lines without `*` and steps in seconds, minutes and hours. All others count real time, so
 * that every quarter of an hour stays that.
 * @throws invalid_input
 */
export function parseCron(cron: string, timeZone: string): CronTimes {
  assertTimeZone(timeZone)
  const line = toLine(cron, timeZone)
  return {
    next: (at) => line.nextRun(new Date(at))?.getTime() ?? null,
    following: (at, count) => line.nextRuns(count, new Date(at)).map((time) => time.getTime()),
    // What croner calls previous is before, never at.
    before: (at, count) => line.previousRuns(count, new Date(at + 1)).map((time) => time.getTime()),
  }
}

function toLine(cron: string, timezone: string): Cron {
  try {
    return new Cron(cron, { timezone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' })
  } catch (error) {
    const problem = toError(error).message.replace(/^CronPattern: /, '')
    throw hostlerError('invalid_input', {
      field: 'cron',
      problem: `cannot be ${JSON.stringify(cron)}: ${problem.replace(/\.$/, '')}`,
      cure: 'give minute, hour, day of month, month and weekday, such as "30 2 * * MON-FRI", or seconds before them',
    })
  }
}

function assertTimeZone(timeZone: string): void {
  try {
    // Throws for a name that it does not know.
    new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions()
  } catch {
    throw hostlerError('invalid_input', {
      field: 'timeZone',
      problem: `cannot be ${JSON.stringify(timeZone)}`,
      cure: 'give the IANA name of a time zone, such as Europe/Berlin, or UTC',
    })
  }
}
