import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../support/stores.ts'

forEachDatabase((openTestDatabase) => {
  test('the clock is the database’s, in whole milliseconds', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const row = await store.db.selectNoFrom(store.now().as('at')).executeTakeFirstOrThrow()
    expect(Number.isSafeInteger(row.at)).toBe(true)
    expect(Math.abs(row.at - Date.now())).toBeLessThan(60_000)
  })

  test('simulated time is the one clock of everything', async () => {
    await using database = await openTestDatabase()
    let at = Date.UTC(2031, 0, 1)
    const store = await database.openStore({ clock: () => at })
    const read = async (): Promise<number> => {
      const { db } = store
      const tenBefore = sql<number>`${store.now()} - ${10}`
      return (await db.selectNoFrom(tenBefore.as('at')).executeTakeFirstOrThrow()).at
    }
    expect(await read()).toBe(at - 10)
    at += 86_400_000
    expect(await read()).toBe(at - 10)
    expect(store.clock()).toBe(at)
    await store.transact(async (tx) => {
      const row = await tx.db.selectNoFrom(tx.now().as('at')).executeTakeFirstOrThrow()
      expect([row.at, tx.clock()]).toEqual([at, at])
    })
  })

  test('a transaction that fails leaves nothing, and tells nothing', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const told: unknown[] = []
    store.bus.subscribe((message) => void told.push(message))
    const failed = store.transact(async (tx) => {
      tx.notify({ type: 'outbox' })
      await tx.db
        .insertInto('accounts')
        .values({ id: 'a', state: 'ok', failures: 0, updated_at: tx.now() })
        .execute()
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await store.db.selectFrom('accounts').selectAll().execute()).toEqual([])
    expect(told).toEqual([])
  })
})
