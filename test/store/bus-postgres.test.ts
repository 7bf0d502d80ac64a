import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BusMessage } from '../../src/store/bus.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

test('what one process tells reaches the other, and itself once', async () => {
  await using database = await postgres.createDatabase()
  await using here = await openStore(database)
  await using there = await openStore(database)
  const [own, others] = [listen(here), listen(there)]
  await here.transact(async (tx) => {
    tx.notify({ type: 'events', sessionId: 's', seq: 3, events: [] })
    tx.notify({ type: 'control', sessionId: 's' })
  })
  here.bus.publish({ type: 'ready', pool: 'default' })
  expect(own).toHaveLength(3)
  await waitFor(() => others.length === 3)
  expect(others).toEqual([
    { type: 'events', sessionId: 's', seq: 3 },
    { type: 'control', sessionId: 's' },
    { type: 'ready', pool: 'default' },
  ])
  there.bus.publish({ type: 'outbox' })
  await waitFor(() => own.some(({ type }) => type === 'outbox'))
  // Nothing came back to its sender meanwhile.
  expect(own).toHaveLength(4)
})

test('what is told last is sent before the store is closed', async () => {
  await using database = await postgres.createDatabase()
  const here = await openStore(database)
  await using there = await openStore(database)
  const others = listen(there)
  here.bus.publish({ type: 'ready', pool: 'p' })
  await here[Symbol.asyncDispose]()
  await waitFor(() => others.length === 1)
})

test('after an outage it listens again, says so, and sends what was told meanwhile', async () => {
  await using database = await postgres.createDatabase()
  await using here = await openStore(database)
  await using there = await openStore(database)
  const [own, others] = [listen(here), listen(there)]
  await disconnectListeners(here)
  here.bus.publish({ type: 'control', sessionId: 'during' })
  await waitFor(() => own.some(({ type }) => type === 'ready'))
  await waitFor(() => others.some(({ type }) => type === 'ready'))
  expect(own).toContainEqual({ type: 'ready', pool: '*' })
  expect(own).toContainEqual({ type: 'changes' })
  here.bus.publish({ type: 'control', sessionId: 'after' })
  await waitFor(() => others.some((one) => 'sessionId' in one && one.sessionId === 'after'))
})

function listen(store: Store): BusMessage[] {
  const heard: BusMessage[] = []
  store.bus.subscribe((message) => void heard.push(message))
  return heard
}

async function disconnectListeners(store: Store): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike any (array['listen%', '%pg_notify%'])
      and pid <> pg_backend_pid()`.execute(store.db)
}
