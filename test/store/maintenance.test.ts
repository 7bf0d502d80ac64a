import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { latestChange, readChanges, recordChange } from '../../src/store/changes.ts'
import { appendChunk } from '../../src/store/chunks/chunks.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { readEvents } from '../../src/store/events/read-events.ts'
import { backupStore } from '../../src/store/maintenance/backup-store.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { copyStore } from '../../src/store/maintenance/copy-store.ts'
import { openStore } from '../../src/store/open-store.ts'
import { getSession } from '../../src/store/sessions/get-session.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { addRun } from '../support/stored-runs.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

type Damage = {
  name: string
  plant: (tx: Tx) => Promise<unknown>
}

const damages: Damage[] = [
  {
    name: 'the events of a session have gaps',
    plant: (tx) => tx.db.deleteFrom('events').where('seq', '=', 2).execute(),
  },
  {
    name: 'the events of a session have gaps',
    plant: (tx) => tx.db.updateTable('sessions').set({ last_seq: 9 }).execute(),
  },
  {
    name: 'a session counts other bytes',
    plant: (tx) => tx.db.updateTable('events').set({ data: '{}' }).where('seq', '=', 1).execute(),
  },
  {
    name: 'a run is queued in an idle session',
    plant: (tx) =>
      tx.db.updateTable('runs').set({ state: 'queued', ended_at: null, outcome: null }).execute(),
  },
  {
    name: 'a queued run waits for more or fewer runs than it has open dependencies',
    plant: (tx) =>
      tx.db
        .updateTable('runs')
        .set({ state: 'queued', ended_at: null, outcome: null, open_dependencies: 1 })
        .execute(),
  },
  {
    name: 'dependencies belong to no run',
    plant: (tx) =>
      tx.db
        .insertInto('run_dependencies')
        .values({ run_id: 'gone', depends_on: 'gone too', ended: null })
        .execute(),
  },
  {
    name: 'a run is under way, but nobody has its session',
    plant: (tx) =>
      tx.db.updateTable('runs').set({ state: 'running', ended_at: null, outcome: null }).execute(),
  },
  {
    name: 'a run waits, and does not say on what',
    plant: (tx) =>
      tx.db.updateTable('runs').set({ state: 'waiting', ended_at: null, outcome: null }).execute(),
  },
  {
    name: 'a run has ended without an outcome',
    plant: (tx) => tx.db.updateTable('runs').set({ outcome: null }).execute(),
  },
  {
    name: 'one of the runs belongs to none of the sessions',
    plant: (tx) => tx.db.updateTable('runs').set({ session_id: 'gone' }).execute(),
  },
  {
    name: 'events belong to no session',
    plant: (tx) => tx.db.updateTable('events').set({ session_id: 'gone' }).execute(),
  },
  {
    name: 'a file in chunks has a gap',
    plant: (tx) => tx.db.deleteFrom('chunks').where('offset', '=', 3).execute(),
  },
]

forEachDatabase((openTestDatabase, name) => {
  test('a sound store has no findings', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await fill(store)
    expect(await checkStore(store)).toMatchObject({
      findings: [],
      counts: { sessions: 1, runs: 1, events: 4, chunks: 3 },
    })
  })

  test.for(damages)('$name: found when planted', async ({ name, plant }) => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await fill(store)
    await store.transact((tx) => plant(tx))
    const { findings } = await checkStore(store)
    expect(findings.map(({ problem }) => problem)).toContainEqual(expect.stringContaining(name))
    expect(findings.every(({ examples }) => examples.length > 0)).toBe(true)
  })

  test('a copy has everything, and its feed and logs go on', async () => {
    await using from = await openFile()
    await using database = await openTestDatabase()
    const to = await database.openStore()
    const { session } = await fill(from.store)
    // More than go at once.
    const events = Array.from({ length: 1_100 }, (_, index) => ({
      type: 'run_cancelling' as const,
      by: `${index}`,
    }))
    await from.store.transact((tx) => appendInTx(tx, session, { runId: null, events }))
    const steps: string[] = []
    const { counts } = await copyStore(from.store, to, {
      onProgress: ({ table, done, total }) => void steps.push(`${table} ${done}/${total}`),
    })
    expect(steps).toContain('chunks 3/3')
    expect((await checkStore(to)).counts).toEqual(counts)
    expect((await checkStore(to)).findings).toEqual([])
    const range = { sessionId: session, after: 0, limit: 10_000 }
    expect(await readEvents(to, range)).toEqual(await readEvents(from.store, range))
    expect(await getSession(to, session)).toEqual(await getSession(from.store, session))
    const last = await latestChange(from.store)
    await to.transact((tx) =>
      recordChange(tx, { kind: 'run', subjectId: 'new', sessionId: null, data: {} }),
    )
    const fresh = await waitFor(async () => {
      const read = await readChanges(to, { after: last, limit: 10 })
      return read.length > 0 ? read : null
    })
    expect(fresh.map(({ subjectId }) => subjectId)).toEqual(['new'])
  })

  test('a copy into a database that is not empty is refused, and changes nothing', async () => {
    await using from = await openFile()
    await using database = await openTestDatabase()
    const to = await database.openStore()
    await fill(from.store)
    const there = await addSession(to, { title: 'mine' })
    await expect(copyStore(from.store, to)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('not empty: it has 1 sessions'),
    })
    expect(await getSession(to, there.id)).toEqual(there)
    expect((await checkStore(to)).counts).toMatchObject({ sessions: 1, runs: 0, events: 0 })
  })

  test('a copy that loses rows is noticed, and nothing of it is kept', async () => {
    await using from = await openFile()
    await using database = await openTestDatabase()
    const to = await database.openStore()
    await fill(from.store)
    const lose =
      name === 'sqlite'
        ? sql`create trigger lose after insert on events begin delete from events where seq = 2; end`
        : sql`create rule lose as on insert to events where new.seq = 2 do instead nothing`
    await to.transact((tx) => lose.execute(tx.db))
    await expect(copyStore(from.store, to)).rejects.toMatchObject({
      message: expect.stringContaining('events has 4 rows here and 3 there'),
    })
    expect((await checkStore(to)).counts).toMatchObject({ sessions: 0, runs: 0, events: 0 })
  })

  test('a copy that breaks off leaves nothing', async () => {
    await using from = await openFile()
    await using database = await openTestDatabase()
    const to = await database.openStore()
    await fill(from.store)
    const copy = copyStore(from.store, to, {
      onProgress: ({ table }) => {
        if (table === 'audit') throw new Error('broken off')
      },
    })
    await expect(copy).rejects.toThrow('broken off')
    expect((await checkStore(to)).counts).toMatchObject({ sessions: 0, runs: 0, events: 0 })
  })

  test.runIf(name === 'sqlite')(
    'a backup is of one moment, private, and opens as a store',
    async () => {
      await using from = await openFile()
      await fill(from.store)
      const to = join(from.dir, 'copy.db')
      backupStore(from.path, to)
      expect((await stat(to)).mode & 0o777).toBe(0o600)
      await addSession(from.store)
      await using copy = await openStore({ path: to })
      expect(await checkStore(copy)).toMatchObject({
        findings: [],
        counts: { sessions: 1, events: 4 },
      })
      expect(() => backupStore(from.path, to)).toThrow('is there already')
      expect(() => backupStore(join(from.dir, 'none.db'), join(from.dir, 'b'))).toThrow(
        'is not there',
      )
    },
  )
})

/** One session with a run that has ended, four events and a log of three chunks. */
async function fill(store: Store): Promise<{ session: string }> {
  const session = await addSession(store)
  const run = await addRun(store, session, { state: 'succeeded', outcome: 'ok', ended_at: 1 })
  await store.transact(async (tx) => {
    for (const by of ['a', 'ä', '😀', '\0']) {
      await appendInTx(tx, session.id, { runId: run.id, events: [{ type: 'run_cancelling', by }] })
    }
    for (const [offset, text] of [
      [0, 'abc'],
      [3, 'def'],
      [6, 'ghi'],
    ] as const) {
      const file = { kind: 'log', ownerId: 'agent', name: '' } as const
      await appendChunk(tx, { ...file, offset, bytes: Buffer.from(text) })
    }
    await recordChange(tx, { kind: 'run', subjectId: run.id, sessionId: session.id, data: {} })
  })
  return { session: session.id }
}

async function openFile(): Promise<{ store: Store; path: string; dir: string } & AsyncDisposable> {
  const dir = await tempDir()
  const path = join(dir.path, 'hostler.db')
  const store = await openStore({ path })
  return {
    store,
    path,
    dir: dir.path,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}
