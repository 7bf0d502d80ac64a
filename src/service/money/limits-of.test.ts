import { expect, test } from 'vitest'
import type { Configuration } from '../contract/configuration.ts'
import { limitsOf } from './limits-of.ts'

const budgets: Configuration['budgets'] = {
  timeZone: 'Europe/Berlin',
  maxDayUsd: 10,
  labels: [
    { label: 'team', value: 'inn', maxDayUsd: 3 },
    { label: 'team', value: 'inn', maxDayUsd: 2 },
    { label: 'a=b', value: 'c', maxDayUsd: 1 },
    { label: 'a', value: 'b=c', maxDayUsd: 1 },
  ],
  reserveUsd: 1,
  warnAt: 0.8,
  onLimit: 'wait',
}
const at = Date.parse('2026-11-20T23:30:00Z')

test('all limits hold at once, each for its day in the time zone, the lower of two for one label', () => {
  const profile = { name: 'review', maxDayUsd: 5, maxSessionUsd: 4 }
  const labels = { team: 'inn', other: 'x' }
  const limits = limitsOf({ budgets }, { profile, sessionId: 's1', labels, at })
  expect(limits.map(({ name, scope, limitMicros }) => [name, scope, limitMicros])).toEqual([
    ['session', 'session:s1', 4_000_000],
    ['profile review a day', 'profile:review:2026-11-21@Europe/Berlin', 5_000_000],
    ['label team=inn a day', 'label:team=inn:2026-11-21@Europe/Berlin', 2_000_000],
    ['day', 'all:2026-11-21@Europe/Berlin', 10_000_000],
  ])
  expect(limits[1]).toMatchObject({
    startsAt: Date.parse('2026-11-20T23:00:00Z'),
    endsAt: Date.parse('2026-11-21T23:00:00Z'),
  })
})

test('labels with an equals sign are not taken for one another', () => {
  const of = { profile: { name: 'p' }, sessionId: null, labels: { 'a=b': 'c', a: 'b=c' }, at }
  const scopes = limitsOf({ budgets: { ...budgets, maxDayUsd: null } }, of).map((one) => one.scope)
  expect(new Set(scopes).size).toBe(2)
})
