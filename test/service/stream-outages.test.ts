import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { startSessionStreams } from '../../src/service/stream/session-streams.ts'
import type { Store } from '../../src/store/store.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { appendTexts, collect, numbers, seqsOf } from '../support/streams.ts'
import { waitFor } from '../support/wait-for.ts'

const never = 2 ** 31 - 1

forEachDatabase((openDatabase, name) => {
  test('what another process stores comes without gap or repeat', async () => {
    await using database = await openDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    // On SQLite nothing tells of another process's work but a look.
    const checkMs = name === 'sqlite' ? 10 : never
    await using streams = startSessionStreams(store, { maxBuffered: 30, checkMs })
    const { id } = await addSession(store)
    const readers = Array.from({ length: 20 }, () => collect(streams.subscribe(id)))
    for (let batch = 0; batch < 100; batch++) {
      await appendTexts(batch % 3 === 0 ? store : other, id, { count: 1 + (batch % 50) })
    }
    await waitFor(() => readers.every(({ items }) => items.length >= 2_550))
    for (const { items } of readers) expect(seqsOf(items)).toEqual(numbers(2_550))
  })

  test('a refused first read is told; a later one is tried again', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    let isBroken = true
    const errors: Error[] = []
    await using streams = startSessionStreams(
      withTrouble(store, () => isBroken),
      {
        checkMs: 20,
        maxBuffered: 5,
        onError: (error) => void errors.push(error),
      },
    )
    const { id } = await addSession(store)
    await expect(collect(streams.subscribe(id)).ended).rejects.toThrow('out of order')
    isBroken = false
    const { items } = collect(streams.subscribe(id))
    await appendTexts(store, id, { count: 100 })
    await waitFor(() => items.length === 100)
    const slow = streams.subscribe(id)[Symbol.asyncIterator]()
    await slow.next()
    isBroken = true
    await appendTexts(store, id, { count: 20 })
    const rest: number[] = []
    const reading = (async () => {
      while (rest.length < 119) rest.push((await slow.next()).value?.seq ?? 0)
    })()
    await waitFor(() => errors.length > 0)
    isBroken = false
    await reading
    expect(rest).toEqual(numbers(119, 1))
    await slow.return?.()
  })

  if (name === 'sqlite') return

  test('what was told while a subscriber was still in the past is not forgotten', async () => {
    await using database = await openDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    await using streams = startSessionStreams(store, { checkMs: never })
    const { id } = await addSession(store)
    await appendTexts(store, id, { count: 10 })
    const reader = streams.subscribe(id)[Symbol.asyncIterator]()
    const got = [(await reader.next()).value?.seq]
    const told = Promise.withResolvers<void>()
    const unsubscribe = store.bus.subscribe(({ type }) => {
      if (type === 'events') told.resolve()
    })
    await appendTexts(other, id, { count: 5 })
    await told.promise
    unsubscribe()
    while (got.length < 15) got.push((await reader.next()).value?.seq)
    expect(got).toEqual(numbers(15))
    await reader.return?.()
  })

  test('a bus that was cut off is made up for as soon as it is back', async () => {
    await using database = await openDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    await using streams = startSessionStreams(store, { checkMs: never })
    const { id } = await addSession(other)
    const { items } = collect(streams.subscribe(id))
    await appendTexts(other, id, { count: 3 })
    await waitFor(() => items.length === 3)
    for (let round = 1; round <= 3; round++) {
      await cutOff(other)
      await appendTexts(other, id, { count: 5 })
      await waitFor(() => items.length >= 3 + round * 5)
    }
    expect(seqsOf(items)).toEqual(numbers(18))
  })
})

/** The same store, whose reads outside of transactions fail while they are to. */
function withTrouble(store: Store, isBroken: () => boolean): Store {
  return {
    ...store,
    get db() {
      if (isBroken()) throw new Error('out of order')
      return store.db
    },
  }
}

/** Ends the connections that listen, of all stores on this database. */
async function cutOff(store: Store): Promise<void> {
  const { rows } = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and (query ilike 'listen %' or query ilike '%pg_notify%')`.execute(store.db)
  expect(rows.length).toBeGreaterThan(0)
}
