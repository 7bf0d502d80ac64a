import { expect, test } from 'vitest'
import { startChangeFeed } from '../../src/service/stream/change-feed.ts'
import { latestChange, recordChange } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import { forEachDatabase } from '../support/stores.ts'
import { collect } from '../support/streams.ts'
import { waitFor } from '../support/wait-for.ts'

forEachDatabase((openDatabase, name) => {
  test('from a cursor, then live, each once and in order; also for who joins later', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using feed = startChangeFeed(store, { maxBuffered: 20 })
    for (let number = 0; number < 130; number++) await change(store, `${number}`)
    const early = collect(feed.subscribe({ after: '0.0' }))
    const writing = (async () => {
      for (let number = 130; number < 400; number++) await change(store, `${number}`)
    })()
    await waitFor(() => early.items.length >= 200)
    const late = collect(feed.subscribe({ after: early.items[49]?.cursor }))
    await writing
    await waitFor(() => early.items.length === 400 && late.items.length === 350)
    expect(early.items.map(({ subjectId }) => Number(subjectId))).toEqual([...range(400)])
    expect(late.items).toEqual(early.items.slice(50))
    const past = collect(feed.subscribe({ after: early.items[389]?.cursor, until: 'now' }))
    await past.ended
    expect(past.items).toEqual(early.items.slice(390))
  })

  test('without a cursor: from now', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using feed = startChangeFeed(store)
    await change(store, 'before')
    // On PostgreSQL it can be read when all transactions have ended that began before it.
    await waitFor(() => latestChange(store))
    const { items } = collect(feed.subscribe())
    await waitFor(async () => {
      await change(store, 'after')
      return items.length > 0
    })
    expect(items[0]?.subjectId).toBe('after')
  })

  test('what is no cursor is refused', async () => {
    await using database = await openDatabase()
    await using feed = startChangeFeed(await database.openStore())
    await expect(collect(feed.subscribe({ after: 'x' })).ended).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'after' },
    })
  })

  if (name === 'sqlite') return

  test('of another process, and one that commits late is not skipped', async () => {
    await using database = await openDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    await using feed = startChangeFeed(store)
    const { items } = collect(feed.subscribe({ after: '0.0' }))
    const hold = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const late = other.transact(async (tx) => {
      await recordChange(tx, { kind: 'run', subjectId: 'late', sessionId: null, data: {} })
      begun.resolve()
      await hold.promise
    })
    await begun.promise
    await change(other, 'meanwhile')
    hold.resolve()
    await late
    await waitFor(() => items.length === 2)
    expect(items.map(({ subjectId }) => subjectId)).toEqual(['late', 'meanwhile'])
  })
})

async function change(store: Store, subjectId: string): Promise<void> {
  await store.transact((tx) =>
    recordChange(tx, { kind: 'run', subjectId, sessionId: null, data: { state: 'queued' } }),
  )
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
