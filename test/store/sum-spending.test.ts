import { expect, test } from 'vitest'
import { type SpendingGroup, sumSpending } from '../../src/store/money/sum-spending.ts'
import type { Store } from '../../src/store/store.ts'
import type { SpendingTable } from '../../src/store/tables.ts'
import { dayOf, daysBetween } from '../../src/util/day-of.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { forEachDatabase } from '../support/stores.ts'

const from = Date.parse('2026-10-01T00:00:00Z')
const to = Date.parse('2026-11-20T00:00:00Z')
const hour = 3_600_000

forEachDatabase((openTestDatabase) => {
  test('days are those of the time zone, also where clocks are put back', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const times = Array.from({ length: (to - from) / hour }, (_, index) => from + index * hour)
    await add(
      store,
      times.map((at) => ({ at, cost_micros: 1 })),
    )
    for (const timeZone of ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu']) {
      const days = daysBetween({ from, to }, timeZone)
      const sums = await sumSpending(store, { from, to }, [{ by: 'day', days }])
      const expected: Record<string, number> = {}
      for (const at of times) {
        const { name } = dayOf(at, timeZone)
        expected[name] = (expected[name] ?? 0) + 1
      }
      expect(Object.fromEntries(sums.map(({ keys, micros }) => [keys[0], micros]))).toEqual(
        expected,
      )
    }
  })

  test('sums by several groups count runs and attempts once, and labels as they are written', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const odd = 'a"b.$[0]\\'
    const one = {
      run_id: 'r1',
      attempt_id: 'a1',
      labels: JSON.stringify({ [odd]: 'x"y', team: 'inn' }),
    }
    await add(store, [
      { ...one, model: 'opus', cost_micros: 10 },
      { ...one, model: 'haiku', cost_micros: 1 },
      { ...one, attempt_id: 'a2', model: 'opus', cost_micros: 100 },
      { run_id: 'r2', attempt_id: 'a3', model: 'opus', cost_micros: 1000, account_id: 'acc' },
      { run_id: 'r3', attempt_id: 'a4', at: to, cost_micros: 10_000 },
    ])
    const by = async (...groups: SpendingGroup[]): Promise<unknown[][]> => {
      const sums = await sumSpending(store, { from, to }, groups)
      return sums
        .map(({ keys, micros, runs, attempts }) => [...keys, micros, runs, attempts])
        .toSorted(([a], [b]) => String(a).localeCompare(String(b)))
    }
    expect(await by({ by: 'label', label: odd })).toEqual([
      ['', 1000, 1, 1],
      ['x"y', 111, 1, 2],
    ])
    expect(await by({ by: 'model' }, { by: 'label', label: 'team' })).toHaveLength(3)
    expect(await by({ by: 'account_id' })).toEqual([
      ['', 111, 1, 2],
      ['acc', 1000, 1, 1],
    ])
    expect(await by()).toEqual([[1111, 2, 3]])
    const filter = { from, to, labels: { [odd]: 'x"y' } }
    expect(await sumSpending(store, filter, [])).toMatchObject([{ micros: 111, runs: 1 }])
    expect(await sumSpending(store, { from: to, to: to + 1, profile: 'no' }, [])).toMatchObject([
      { micros: 0, runs: 0, attempts: 0, inputTokens: 0 },
    ])
  })
})

async function add(store: Store, rows: readonly Partial<SpendingTable>[]): Promise<void> {
  const values = rows.map((row) => ({
    attempt_id: uuidV7(),
    model: 'm',
    run_id: uuidV7(),
    session_id: 's',
    profile: 'default',
    account_id: null,
    labels: '{}',
    at: from,
    cost_micros: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cache_creation_tokens: 0,
    ...row,
  }))
  await store.transact((tx) => tx.db.insertInto('spending').values(values).execute())
}
