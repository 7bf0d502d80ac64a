import { assert, constantFrom, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dayOf, daysBetween } from './day-of.ts'

const hour = 3_600_000

describe('the day of a time', () => {
  test.each([
    ['2026-11-20T12:00:00Z', 'UTC', '2026-11-20', '2026-11-20T00:00:00Z', 24],
    ['2026-11-20T23:30:00Z', 'Europe/Berlin', '2026-11-21', '2026-11-20T23:00:00Z', 24],
    ['2026-03-29T12:00:00Z', 'Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00Z', 23],
    ['2026-10-25T12:00:00Z', 'Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00Z', 25],
    // Its clocks are half an hour off, and move by half an hour.
    ['2026-04-05T03:00:00Z', 'Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00Z', 24.5],
    // There the day begins at one o’clock when summer time does.
    ['2026-03-08T12:00:00Z', 'America/Havana', '2026-03-08', '2026-03-08T05:00:00Z', 23],
    // It went over the date line, and had no 30th.
    ['2011-12-30T12:00:00Z', 'Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00Z', 24],
  ])('%s in %s is %s', (at, timeZone, name, startsAt, hours) => {
    const day = dayOf(Date.parse(at), timeZone)
    expect(day).toEqual({
      name,
      startsAt: Date.parse(startsAt),
      endsAt: Date.parse(startsAt) + hours * hour,
    })
  })

  test('days follow one another without a gap, and each time lies in its own', () => {
    const zones = constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'America/Santiago',
      'Asia/Kathmandu',
      'Africa/Cairo',
      'Pacific/Chatham',
      'Asia/Beirut',
    )
    const from = Date.parse('2015-01-01T00:00:00Z')
    const to = Date.parse('2035-01-01T00:00:00Z')
    assert(
      property(integer({ min: from, max: to }), zones, (at, timeZone) => {
        const day = dayOf(at, timeZone)
        expect(day.startsAt).toBeLessThanOrEqual(at)
        expect(day.endsAt).toBeGreaterThan(at)
        const next = dayOf(day.endsAt, timeZone)
        expect(next.startsAt).toBe(day.endsAt)
        expect(next.name > day.name).toBe(true)
        expect(dayOf(day.startsAt, timeZone)).toEqual(day)
        expect(dayOf(day.endsAt - 1, timeZone)).toEqual(day)
        const both = { from: day.startsAt, to: next.endsAt }
        expect(daysBetween(both, timeZone)).toEqual([day, next])
      }),
      { numRuns: 150 },
    )
  })
})
