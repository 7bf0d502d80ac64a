import { expect, test } from 'vitest'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { readEvents } from '../../src/store/events/read-events.ts'
import { removeOldEvents } from '../../src/store/events/remove-old-events.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { getSession } from '../../src/store/sessions/get-session.ts'
import type { Store } from '../../src/store/store.ts'
import { addRun } from '../support/stored-runs.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'

forEachDatabase((openTestDatabase) => {
  test('events go by age, and the session says which are left', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    await append(store, { sessionId: session.id, runId: null, count: 5 })
    await store.transact((tx) =>
      tx.db.updateTable('events').set({ at: 1_000 }).where('seq', '<=', 3).execute(),
    )
    expect(await removeOldEvents(store, { sessionId: session.id, maxAgeMs: 60_000 })).toBe(3)
    expect(await removeOldEvents(store, { sessionId: session.id, maxAgeMs: 60_000 })).toBe(0)
    expect(await seqs(store, session.id)).toEqual([4, 5])
    expect(await getSession(store, session.id)).toMatchObject({ first_seq: 4, last_seq: 5 })
    expect((await checkStore(store)).findings).toEqual([])
  })

  test('events go by size, the oldest first, whatever letters they have', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    await append(store, { sessionId: session.id, runId: null, count: 10 })
    const { event_bytes: bytes = 0 } = (await getSession(store, session.id)) ?? {}
    const each = bytes / 10
    const maxBytes = Math.round(each * 4)
    expect(await removeOldEvents(store, { sessionId: session.id, maxBytes })).toBe(6)
    expect(await seqs(store, session.id)).toEqual([7, 8, 9, 10])
    expect(await getSession(store, session.id)).toMatchObject({ event_bytes: maxBytes })
    expect(await removeOldEvents(store, { sessionId: session.id, maxBytes: 0 })).toBe(4)
    expect((await checkStore(store)).findings).toEqual([])
    await append(store, { sessionId: session.id, runId: null, count: 1 })
    expect(await seqs(store, session.id)).toEqual([11])
  })

  test('events of a run that has not ended stay, with all that came after', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const open = await addRun(store, session, { state: 'waiting', waiting_on: 'human' })
    const ended = await addRun(store, session, { state: 'failed', outcome: 'lost', ended_at: 1 })
    await append(store, { sessionId: session.id, runId: ended.id, count: 2 })
    await append(store, { sessionId: session.id, runId: open.id, count: 2 })
    await append(store, { sessionId: session.id, runId: ended.id, count: 2 })
    await removeOldEvents(store, { sessionId: session.id, maxBytes: 0, maxAgeMs: -60_000 })
    expect(await seqs(store, session.id)).toEqual([3, 4, 5, 6])
  })
})

async function append(
  store: Store,
  { sessionId, runId, count }: { sessionId: string; runId: string | null; count: number },
): Promise<void> {
  const events = Array.from({ length: count }, () => ({
    type: 'run_cancelling' as const,
    by: 'ä 😀 \0',
  }))
  await store.transact((tx) => appendInTx(tx, sessionId, { runId, events }))
}

async function seqs(store: Store, sessionId: string): Promise<number[]> {
  const events = await readEvents(store, { sessionId, after: 0, limit: 1_000 })
  return events.map(({ seq }) => seq)
}
