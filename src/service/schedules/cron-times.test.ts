import { describe, expect, test } from 'vitest'
import { parseCron } from './cron-times.ts'

const dayMs = 86_400_000
const stepMs = 900_000
const from = Date.UTC(2026, 0, 1)
const until = from + 400 * dayMs
const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  // Half an hour of summer.
  'Australia/Lord_Howe',
  // The hour after midnight is missing, or there twice.
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Kathmandu',
]

type Shown = { at: number; date: string; time: string }

/** A clock on the wall, looked at every quarter of an hour. */
function* wallClock(timeZone: string): Generator<Shown> {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
  for (let at = from - dayMs; at < until; at += stepMs) {
    const [date = '', time = ''] = format.format(at).split(' ')
    yield { at, date, time }
  }
}

/** Each day when the clock first shows that time, or a later one. */
function daily(
  clock: readonly Shown[],
  time: string,
  isWanted: (date: string) => boolean,
): number[] {
  const days = new Map<string, number>()
  for (const shown of clock) {
    if (shown.time >= time && !days.has(shown.date)) days.set(shown.date, shown.at)
  }
  return [...days]
    .filter(([date, at]) => isWanted(date) && at > from)
    .map(([, at]) => at)
    .slice(0, -1)
}

function isWorkday(date: string): boolean {
  return ![0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay())
}

describe.each(zones)('400 days of %s', (timeZone) => {
  const clock = [...wallClock(timeZone)]

  test.each(['00:00', '00:30', '01:45', '02:00', '02:30', '03:00', '12:15'])(
    'each day once, at %s or, where there is no such time, as soon as there is a later one',
    (time) => {
      const [hour, minute] = time.split(':').map(Number)
      const all = daily(clock, time, () => true)
      const line = `${minute} ${hour} * * *`
      expect(parseCron(line, timeZone).following(from, all.length)).toEqual(all)
      const workdays = daily(clock, time, isWorkday)
      const times = parseCron(`${minute} ${hour} * * MON-FRI`, timeZone)
      expect(times.following(from, workdays.length)).toEqual(workdays)
    },
  )

  test('what comes before a time is what came after those before it', () => {
    const times = parseCron('30 2 * * *', timeZone)
    const forward = times.following(from, 399)
    const last = forward.at(-1) ?? 0
    expect(times.before(last, 399)).toEqual(forward.toReversed())
    expect(times.before(last - 1, 1)).toEqual(forward.slice(-2, -1))
    expect(times.before(last + 500, 1)).toEqual([last])
    expect(times.next(last - 1)).toBe(last)
  })

  test('every quarter of an hour is that of real time', () => {
    const times = parseCron('*/15 * * * *', timeZone)
    // Where an hour is shown twice, and where one is missing.
    for (const day of [Date.UTC(2026, 2, 28), Date.UTC(2026, 9, 24), Date.UTC(2026, 9, 3)]) {
      const expected = Array.from({ length: 192 }, (_, index) => day + (index + 1) * stepMs)
      expect(times.following(day, 192)).toEqual(expected)
    }
  })
})

test('seconds, names, the last day and the nearest workday', () => {
  const first = (line: string): string =>
    new Date(parseCron(line, 'UTC').next(from) ?? 0).toISOString()
  expect(first('15 30 2 * * *')).toBe('2026-01-01T02:30:15.000Z')
  expect(first('0 0 L FEB *')).toBe('2026-02-28T00:00:00.000Z')
  expect(first('0 0 17W * *')).toBe('2026-01-16T00:00:00.000Z')
  expect(first('0 0 * * FRI#2')).toBe('2026-01-09T00:00:00.000Z')
  expect(parseCron('0 0 30 2 *', 'UTC').next(from)).toBeNull()
})

test.each([
  ['61 * * * *', 'Invalid value for minute: 61'],
  ['* * *', 'exactly five, six, or seven space separated parts are required'],
  ['0 0 1 1 * 2027 *', 'requires exactly 5 or 6 parts'],
  ['0 0 * * FUN', 'illegal characters'],
  ['@reboot', 'not supported'],
  ['', 'exactly five'],
])('refuses %j, and says why and what is right', (line, problem) => {
  expect(() => parseCron(line, 'UTC')).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      message: expect.stringContaining(problem),
      params: expect.objectContaining({ field: 'cron' }),
    }),
  )
})

test.each(['Berlin', 'Europe/Berlni', '', 'CET+1'])('refuses the time zone %j', (timeZone) => {
  expect(() => parseCron('0 0 * * *', timeZone)).toThrow(
    expect.objectContaining({
      code: 'invalid_input',
      params: expect.objectContaining({ field: 'timeZone' }),
    }),
  )
})
