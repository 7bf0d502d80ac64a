import { expect, test } from 'vitest'
import { parseCron } from './cron-times.ts'
import { describeMissed } from './describe-missed.ts'
import { mostMadeUp, onTimeMs, planFiring } from './plan-firing.ts'

const daily = parseCron('30 2 * * *', 'UTC')
const eachSecond = parseCron('* * * * * *', 'UTC')
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const dueAt = Date.UTC(2026, 10, 20, 2, 30)

test('a time that has just come is fired, whatever the policy', () => {
  for (const missed of ['skip', 'last', 'all'] as const) {
    for (const lateMs of [0, onTimeMs]) {
      expect(planFiring(daily, { dueAt, now: dueAt + lateMs, missed })).toEqual({
        missed: null,
        fire: { at: dueAt, isLate: false },
        nextAt: dueAt + dayMs,
      })
    }
  }
})

const now = dueAt + 3 * dayMs + hourMs

test('skip: three days are left out, and the next time is the next', () => {
  expect(planFiring(daily, { dueAt, now, missed: 'skip' })).toEqual({
    missed: { from: dueAt, to: dueAt + 3 * dayMs, count: 4, isCounted: true },
    fire: null,
    nextAt: dueAt + 4 * dayMs,
  })
  const onTime = planFiring(daily, { dueAt, now: dueAt + dayMs + 5000, missed: 'skip' })
  expect(onTime).toEqual({
    missed: { from: dueAt, to: dueAt, count: 1, isCounted: true },
    fire: { at: dueAt + dayMs, isLate: false },
    nextAt: dueAt + 2 * dayMs,
  })
})

test('last: the last one is made up for', () => {
  expect(planFiring(daily, { dueAt, now, missed: 'last' })).toEqual({
    missed: { from: dueAt, to: dueAt + 2 * dayMs, count: 3, isCounted: true },
    fire: { at: dueAt + 3 * dayMs, isLate: true },
    nextAt: dueAt + 4 * dayMs,
  })
  expect(planFiring(daily, { dueAt, now: dueAt + hourMs, missed: 'last' })).toEqual({
    missed: null,
    fire: { at: dueAt, isLate: true },
    nextAt: dueAt + dayMs,
  })
})

test('all: one after another, and of very many the last ones', () => {
  expect(planFiring(daily, { dueAt, now, missed: 'all' })).toEqual({
    missed: null,
    fire: { at: dueAt, isLate: true },
    nextAt: dueAt + dayMs,
  })
  const long = dueAt + 249 * dayMs + hourMs
  expect(planFiring(daily, { dueAt, now: long, missed: 'all' })).toEqual({
    missed: { from: dueAt, to: dueAt + 149 * dayMs, count: 250 - mostMadeUp, isCounted: true },
    fire: { at: dueAt + 150 * dayMs, isLate: true },
    nextAt: dueAt + 151 * dayMs,
  })
})

test('three days of seconds are told in one line, and not counted one by one', () => {
  const plan = planFiring(eachSecond, { dueAt, now, missed: 'all' })
  expect(plan.missed).toMatchObject({ from: dueAt, count: 1000, isCounted: false })
  expect(plan.fire?.at).toBe(now - (mostMadeUp - 1) * 1000)
  expect(plan.missed?.to).toBe(now - mostMadeUp * 1000)
  expect(plan.missed === null ? '' : describeMissed(plan.missed)).toBe(
    'more than 1000 times until 2026-11-23T03:28:20Z; nothing ran then',
  )
})
