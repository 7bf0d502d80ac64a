import { expect, test } from 'vitest'
import {
  getAccount,
  listHeldAccounts,
  listTroubledAccounts,
  lockAccount,
  returnProbe,
  takeProbe,
  updateAccount,
} from '../../src/store/accounts.ts'
import { readChanges } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import type { AccountRow } from '../../src/store/tables.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

const start = 1_800_000_000_000

async function put(
  store: Store,
  id: string,
  change: Parameters<typeof updateAccount>[2],
): Promise<AccountRow> {
  return await store.transact(async (tx) => {
    return await updateAccount(tx, await lockAccount(tx, { id, label: `l ${id}` }), change)
  })
}

async function heldIds(store: Store): Promise<string[]> {
  return (await listHeldAccounts(store)).map(({ id }) => id).toSorted()
}

forEachDatabase((openTestDatabase) => {
  test('a parked account is held until its time, a refused one for ever', async () => {
    await using database = await openTestDatabase()
    let now = start
    const store = await database.openStore({ clock: () => now })
    expect(await getAccount(store, 'a')).toBeNull()
    await put(store, 'a', { state: 'parked', parked_until: start + 1000, reason: 'usage limit' })
    await put(store, 'b', { state: 'refused', reason: '401' })
    await put(store, 'c', { failures: 2 })
    expect(await getAccount(store, 'a')).toMatchObject({ label: 'l a', updated_at: start })
    expect(await heldIds(store)).toEqual(['a', 'b'])
    now = start + 1001
    expect(await heldIds(store)).toEqual(['b'])
    expect((await listTroubledAccounts(store)).map(({ id }) => id).toSorted()).toEqual(['a', 'b'])
  })

  test('the feed tells a state once, and a label survives', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore({ clock: () => start })
    await put(store, 'a', { failures: 1 })
    await put(store, 'a', { state: 'refused', reason: '401' })
    await put(store, 'a', { failures: 9 })
    // Told when no older transaction of the server is open any more, also another test's.
    const changes = await waitFor(async () => {
      const found = await readChanges(store, { after: null, limit: 10 })
      return found.length > 0 ? found : null
    })
    expect(changes.map(({ kind, subjectId, data }) => ({ kind, subjectId, data }))).toEqual([
      {
        kind: 'account',
        subjectId: 'a',
        data: { state: 'refused', until: null, reason: '401', label: 'l a' },
      },
    ])
  })

  test('one worker tries an account whose pause is over, until that has gone on for too long', async () => {
    await using database = await openTestDatabase()
    let now = start
    const [one, other] = [
      await database.openStore({ clock: () => now }),
      await database.openStore({ clock: () => now }),
    ]
    await put(one, 'a', { state: 'tripped', parked_until: start + 1000 })
    expect(await takeProbe(one, 'a', { probeMs: 500 })).toBe(false)
    now = start + 1000
    const taken = await Promise.all([one, other].map((at) => takeProbe(at, 'a', { probeMs: 500 })))
    expect(taken.filter(Boolean)).toHaveLength(1)
    await returnProbe(one, 'a')
    expect(await takeProbe(other, 'a', { probeMs: 500 })).toBe(true)
    now += 500
    expect(await takeProbe(one, 'a', { probeMs: 500 })).toBe(true)
  })
})
