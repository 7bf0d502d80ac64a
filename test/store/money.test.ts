import { expect, test } from 'vitest'
import { toModelSpending } from '../../src/store/money/record-spending.ts'
import { deleteSession } from '../../src/store/sessions/delete-session.ts'
import { forEachDatabase } from '../support/stores.ts'
import { begin, claimed, counted, day, end, limitOf, openAt, usageOf } from './money-harness.ts'
import { addRun, addSession, claimOne, readRun, readSession } from './queue-harness.ts'

forEachDatabase((openTestDatabase) => {
  test('what an attempt cost is written once for each model, with the labels of session and run', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const session = await addSession(store, { labels: '{"team":"inn","who":"session"}' })
    await addRun(store, session, { labels: '{"who":"run"}' })
    const claim = await claimOne(store)
    const attempt = await begin(store, claim, [])
    const usage = usageOf({ opus: 0.25, haiku: 0.01 })
    await end(store, claim, attempt, { costMicros: 300_000, usage })
    const rows = await store.db.selectFrom('spending').selectAll().orderBy('model').execute()
    expect(rows.map(({ model, cost_micros: cost }) => [model, cost])).toEqual([
      ['', 40_000],
      ['haiku', 10_000],
      ['opus', 250_000],
    ])
    for (const row of rows) {
      expect(JSON.parse(row.labels)).toEqual({ team: 'inn', who: 'run' })
      expect(row).toMatchObject({ attempt_id: attempt.id, session_id: session.id, at: at.now })
    }
  })

  test('a reservation fits, or says in which limit it does not, and goes when the attempt ends', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const one = await claimed(store)
    const two = await claimed(store)
    const limits = [limitOf('profile', 5_000_000, at.now), limitOf('all', 1_000_000, at.now)]
    const attempt = await begin(store, one, limits, 700_000)
    await expect(begin(store, two, limits, 700_000)).rejects.toThrow('all: 0 and 700000 of 1000000')
    // Nothing of the one that was refused is left, in no limit.
    expect((await readRun(store, two.run.id)).state).toBe('queued')
    expect(await counted(store, limits)).toEqual([
      { spentMicros: 0, reservedMicros: 700_000, warnedAt: null },
      { spentMicros: 0, reservedMicros: 700_000, warnedAt: null },
    ])
    await end(store, one, attempt, { costMicros: 300_000 })
    await begin(store, two, limits, 700_000)
    expect(await counted(store, limits)).toEqual([
      { spentMicros: 300_000, reservedMicros: 700_000, warnedAt: null },
      { spentMicros: 300_000, reservedMicros: 700_000, warnedAt: null },
    ])
  })

  test('two workers want the last dollar at once: one of them gets it', async () => {
    await using at = await openAt(openTestDatabase)
    const other = await at.openAnother()
    const limits = [limitOf('all', 1_000_000, at.now), limitOf('profile', 9_000_000, at.now)]
    const claims = [await claimed(at.store), await claimed(at.store)]
    const tried = await Promise.allSettled(
      claims.map((claim, index) => begin(index === 0 ? at.store : other, claim, limits, 1_000_000)),
    )
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await counted(at.store, limits)).toMatchObject([
      { reservedMicros: 1_000_000 },
      { reservedMicros: 1_000_000 },
    ])
  })

  test('a limit that is new knows what was spent before, also by an attempt that ends just then', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const other = await at.openAnother()
    for (let round = 0; round < 6; round++) {
      const [ending, beginning] = [await claimed(store), await claimed(store)]
      const attempt = await begin(store, ending, [])
      const limit = { ...limitOf('all', 100_000_000, at.now), scope: `all:${round}` }
      await Promise.all([
        end(other, ending, attempt, { costMicros: 250_000 }),
        begin(store, beginning, [limit], 1),
      ])
      expect(await counted(store, [limit])).toMatchObject([
        { spentMicros: (round + 1) * 250_000, reservedMicros: 1 },
      ])
    }
  })

  test('an attempt counts in the day in which it ends, and gives back to the one in which it began', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const today = limitOf('all', 1_000_000, at.now)
    const claim = await claimed(store)
    const attempt = await begin(store, claim, [today], 500_000)
    at.now += day
    const tomorrow = limitOf('all', 1_000_000, at.now)
    await begin(store, await claimed(store), [tomorrow], 200_000)
    await end(store, claim, attempt, { costMicros: 100_000 })
    expect(await counted(store, [today, tomorrow])).toEqual([
      { spentMicros: 0, reservedMicros: 0, warnedAt: null },
      { spentMicros: 100_000, reservedMicros: 200_000, warnedAt: null },
    ])
  })

  test('what a deleted session has cost stays counted', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const limit = limitOf('all', 1_000_000, at.now)
    const claim = await claimed(store)
    await end(store, claim, await begin(store, claim, []), { costMicros: 40_000 })
    await store.transact((tx) => deleteSession(tx, claim.session.id))
    expect(await counted(store, [limit])).toMatchObject([{ spentMicros: 40_000 }])
  })

  test('what children cost goes to their parents, also when it comes late', async () => {
    await using at = await openAt(openTestDatabase)
    const { store } = at
    const grandparent = await claimed(store)
    const parent = await claimed(store, { parent_run_id: grandparent.run.id })
    const child = await claimed(store, { parent_run_id: parent.run.id })
    const late = await claimed(store, { parent_run_id: parent.run.id })
    for (const claim of [child, parent, late, grandparent]) {
      await end(store, claim, await begin(store, claim, []), { costMicros: 1000 })
    }
    const costs = await Promise.all(
      [grandparent, parent, child].map(async ({ run }) => {
        const { cost_micros: own, children_cost_micros: children } = await readRun(store, run.id)
        return { own, children }
      }),
    )
    expect(costs).toEqual([
      { own: 1000, children: 3000 },
      { own: 1000, children: 2000 },
      { own: 1000, children: 0 },
    ])
    expect((await readSession(store, parent.session.id)).cost_micros).toBe(1000)
  })
})

test.each([
  ['nothing is said', 5, null, [['', 5]]],
  [
    'rounding',
    3,
    { a: 0.0000014, b: 0.0000014 },
    [
      ['a', 2],
      ['b', 1],
    ],
  ],
  [
    'less than all',
    2_000_000,
    { a: 1.5 },
    [
      ['a', 1_500_000],
      ['', 500_000],
    ],
  ],
  ['free of charge', 0, { a: 0 }, [['a', 0]]],
  ['nothing at all', 0, null, []],
])('the rows of an attempt add up to its cost: %s', (_, costMicros, byModel, expected) => {
  const rows = toModelSpending(costMicros, byModel === null ? null : usageOf(byModel))
  expect(rows.map(({ model, cost_micros: cost }) => [model, cost])).toEqual(expected)
})
