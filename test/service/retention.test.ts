import type { Insertable } from 'kysely'
import { expect, test } from 'vitest'
import { removeOld } from '../../src/service/retention/remove-old.ts'
import { startRetention } from '../../src/service/retention/start-retention.ts'
import { appendChunk, chunkNames } from '../../src/store/chunks/chunks.ts'
import { recordChange } from '../../src/store/changes.ts'
import { readEvents } from '../../src/store/events/read-events.ts'
import { enqueueDelivery } from '../../src/store/outbox.ts'
import type { Store } from '../../src/store/store.ts'
import type { AgentsTable, ChunksTable, Tables } from '../../src/store/tables.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { appendTexts, numbers } from '../support/streams.ts'
import { waitFor } from '../support/wait-for.ts'

const dayMs = 86_400_000
const { signal } = new AbortController()

forEachDatabase((openDatabase) => {
  test('events go by age and by size, as their profile says', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    const aged = await addSession(store, { profile: 'aged' })
    const sized = await addSession(store, { profile: 'sized' })
    const kept = await addSession(store, { profile: 'kept' })
    for (const { id } of [aged, sized, kept]) {
      await appendTexts(store, id, { count: 10, text: 'x'.repeat(100) })
      await change(store, (db) =>
        db.updateTable('events').set({ at: 1 }).where('seq', '<=', 4).execute(),
      )
    }
    const [event] = await store.db.selectFrom('events').select('data').limit(1).execute()
    const profiles = [
      { name: 'aged', retention: { maxAgeMs: dayMs } },
      { name: 'sized', retention: { maxBytes: 3 * (event?.data.length ?? 0) } },
      { name: 'kept' },
    ]
    expect(await removeOld(store, { profiles, signal })).toMatchObject({ events: 4 + 7 })
    expect(await seqs(store, aged.id)).toEqual(numbers(6, 4))
    expect(await seqs(store, sized.id)).toEqual(numbers(3, 7))
    expect(await seqs(store, kept.id)).toEqual(numbers(10))
    expect(await removeOld(store, { profiles, signal })).toMatchObject({ events: 0 })
  })

  test('logs of archived sessions and of profiles with an age go, then their agents', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    const long = Date.now() - 40 * dayMs
    const active = await addSession(store)
    const archived = await addSession(store, { state: 'archived' })
    const aged = await addSession(store, { profile: 'aged' })
    const agents = {
      active: await addAgent(store, { session_id: active.id, ended_at: long }),
      archived: await addAgent(store, { session_id: archived.id, ended_at: long }),
      justEnded: await addAgent(store, { session_id: archived.id, ended_at: Date.now() }),
      aged: await addAgent(store, { session_id: aged.id, ended_at: Date.now() - 2 * dayMs }),
      live: await addAgent(store, { session_id: archived.id, ended_at: null }),
    }
    for (const id of Object.values(agents)) await addChunk(store, 'log', id)
    await addChunk(store, 'transcript', archived.id)
    const profiles = [{ name: 'aged', retention: { maxAgeMs: dayMs } }]
    expect(await removeOld(store, { profiles, signal })).toMatchObject({ logs: 2, agents: 1 })
    expect(await owners(store, 'log')).toEqual(
      [agents.active, agents.justEnded, agents.live].toSorted(),
    )
    const left = await store.db.selectFrom('agents').select('id').execute()
    expect(left.map(({ id }) => id)).not.toContain(agents.archived)
    expect(left).toHaveLength(4)
    // It may still be forked.
    expect(await owners(store, 'transcript')).toEqual([archived.id])
  })

  test('chunks whose owner is gone go, when they are not of this moment', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    const { id } = await addSession(store)
    for (const owner of [id, uuidV7(), uuidV7()]) await addChunk(store, 'transcript', owner)
    await change(store, (db) => db.updateTable('chunks').set({ created_at: 1 }).execute())
    const fresh = uuidV7()
    await addChunk(store, 'bundle', fresh)
    expect(await removeOld(store, { profiles: [], signal })).toMatchObject({ orphans: 2 })
    expect(await owners(store, 'transcript')).toEqual([id])
    expect(await owners(store, 'bundle')).toEqual([fresh])
  })

  test('what time has done with goes: changes, deliveries, ids from outside, workers', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    const old = Date.now() - 31 * dayMs
    for (const name of ['old', 'new']) {
      await store.transact(async (tx) => {
        await recordChange(tx, { kind: 'run', subjectId: name, sessionId: null, data: {} })
        const lane = { channel: 'webhook:a', kind: 'run.ended', payload: {} }
        await enqueueDelivery(tx, { ...lane, lane: name })
        await enqueueDelivery(tx, { ...lane, lane: `dead ${name}` })
        await tx.db.insertInto('inbound').values(toInbound(name)).execute()
        await tx.db.insertInto('workers').values(toWorker(name)).execute()
      })
    }
    await change(store, async (db) => {
      await db.updateTable('outbox').set({ state: 'dead' }).where('lane', 'like', 'dead%').execute()
      await db
        .updateTable('outbox')
        .set({ state: 'delivered', delivered_at: old })
        .where('lane', '=', 'old')
        .execute()
      await db.updateTable('changes').set({ at: old }).where('subject_id', '=', 'old').execute()
      await db
        .updateTable('inbound')
        .set({ handled_at: old })
        .where('external_id', '=', 'old')
        .execute()
      await db.updateTable('workers').set({ heartbeat_at: old }).where('id', '=', 'old').execute()
    })
    expect(await removeOld(store, { profiles: [], signal })).toMatchObject({
      deliveries: 1,
      inbound: 1,
      workers: 1,
    })
    expect(await names(store, 'outbox', 'lane')).toEqual(['dead new', 'dead old', 'new'])
    expect(await names(store, 'changes', 'subject_id')).toEqual(['new'])
    expect(await names(store, 'inbound', 'external_id')).toEqual(['new'])
    expect(await names(store, 'workers', 'id')).toEqual(['new'])
  })

  test('it is done by itself, and ends at once when it is to', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    const { id } = await addSession(store, { profile: 'aged' })
    await appendTexts(store, id, { count: 3 })
    await change(store, (db) => db.updateTable('events').set({ at: 1 }).execute())
    const profiles = { aged: { name: 'aged', retention: { maxAgeMs: dayMs } } }
    const log = { debug: skip, info: skip, warn: skip, error: skip, child: () => log }
    const parts = { store, log, configuration: () => ({ profiles }) }
    await using stack = new AsyncDisposableStack()
    stack.use(startRetention(parts, { firstMs: 1, everyMs: dayMs }))
    await waitFor(async () => (await seqs(store, id)).length === 0)
  })
})

async function change(store: Store, work: (db: Store['db']) => Promise<unknown>): Promise<void> {
  await store.transact(async (tx) => void (await work(tx.db)))
}

async function seqs(store: Store, sessionId: string): Promise<number[]> {
  const events = await readEvents(store, { sessionId, after: 0, limit: 100 })
  return events.map(({ seq }) => seq)
}

async function owners(store: Store, kind: ChunksTable['kind']): Promise<string[]> {
  const rows = await store.db
    .selectFrom('chunks')
    .select('owner_id')
    .where('kind', '=', kind)
    .execute()
  for (const row of rows) {
    expect(await chunkNames(store, { kind, ownerId: row.owner_id })).toHaveLength(1)
  }
  return rows.map((row) => row.owner_id).toSorted()
}

async function names(
  store: Store,
  table: 'outbox' | 'changes' | 'inbound' | 'workers',
  column: 'lane' | 'subject_id' | 'external_id' | 'id',
): Promise<string[]> {
  const rows: Record<string, unknown>[] = await store.db.selectFrom(table).selectAll().execute()
  return rows.map((row) => String(row[column])).toSorted()
}

async function addAgent(
  store: Store,
  given: Pick<AgentsTable, 'session_id' | 'ended_at'>,
): Promise<string> {
  const id = uuidV7()
  const row: Insertable<AgentsTable> = {
    id,
    worker_id: 'w',
    dir: '/',
    profile: 'default',
    options_hash: '',
    fence: 0,
    pid: null,
    claude_version: null,
    state: given.ended_at === null ? 'live' : 'ended',
    events_offset: 0,
    events_at_offset: 0,
    log_stored: 0,
    memory_bytes: null,
    started_at: 1,
    last_used_at: 1,
    stop_requested_at: null,
    ...given,
  }
  await change(store, (db) => db.insertInto('agents').values(row).execute())
  return id
}

async function addChunk(store: Store, kind: ChunksTable['kind'], ownerId: string): Promise<void> {
  await appendChunk(store, { kind, ownerId, name: '', offset: 0, bytes: Buffer.from('x') })
}

function toInbound(id: string): Insertable<Tables['inbound']> {
  return { source: 'a', external_id: id, received_at: 1, data: '{}', handled_at: Date.now() }
}

function toWorker(id: string): Insertable<Tables['workers']> {
  return {
    id,
    host: 'h',
    pid: 1,
    version: '1',
    pools: '[]',
    paths: '[]',
    profiles: '[]',
    capacity: 1,
    state: 'stopped',
    started_at: 1,
    heartbeat_at: Date.now(),
    info: '{}',
  }
}

function skip(): void {}
