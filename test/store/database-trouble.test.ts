import { chmod, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSqlite } from '../../src/store/dialects/sqlite.ts'
import { openStore } from '../../src/store/open-store.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { tempDir } from '../support/temp-dir.ts'
import { addRun, addSession } from './queue-harness.ts'

const unavailable = 'database_unavailable'

describe('sqlite', () => {
  test('the file is for its owner only', async () => {
    await using dir = await tempDir()
    await using store = await openStore({ path: join(dir.path, 'new', 'x.db') })
    expect(store.dialect).toBe('sqlite')
    for (const name of ['x.db', 'x.db-wal', 'x.db-shm']) {
      expect((await stat(join(dir.path, 'new', name))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(join(dir.path, 'new'))).mode & 0o777).toBe(0o700)
  })

  test('a file that is no database is named, and left as it is', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'x.db')
    await writeFile(path, 'a shopping list, of some length, to be longer than a header'.repeat(9))
    const opening = openStore({ path })
    await expect(opening).rejects.toMatchObject({
      code: unavailable,
      params: { what: `${path} is no SQLite file` },
    })
  })

  test('a folder in its place is named', async () => {
    await using dir = await tempDir()
    await expect(openStore({ path: dir.path })).rejects.toMatchObject({ code: unavailable })
  })

  test('a lock that does not end is told after the wait; the event loop is not blocked by it', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'x.db')
    await using holder = openSqlite(path)
    await using other = openSqlite(path)
    await holder.transact(async () => {
      const waiting = other.transact(async () => undefined, { waitMs: 100 })
      let turns = 0
      const timer = setInterval(() => turns++, 1)
      await expect(waiting).rejects.toMatchObject({
        code: unavailable,
        params: { what: `${path} is locked` },
      })
      clearInterval(timer)
      expect(turns).toBeGreaterThan(5)
    }, {})
    await other.transact(async () => undefined, { waitMs: 0 })
  })

  test('a full disk refuses what is new, keeps what was taken, and is over when there is room', async () => {
    await using dir = await tempDir()
    await using store = await openStore({ path: join(dir.path, 'x.db') })
    const session = await addSession(store)
    const run = await addRun(store, session)
    await store.transact((tx) => sql`pragma max_page_count = 1`.execute(tx.db))
    const big = addRun(store, session, { prompt: JSON.stringify('x'.repeat(2_000_000)) })
    await expect(big).rejects.toMatchObject({ code: unavailable })
    expect(await store.db.selectFrom('runs').select('id').execute()).toMatchObject([{ id: run.id }])
    await store.transact((tx) => sql`pragma max_page_count = 1000000`.execute(tx.db))
    expect((await addRun(store, session)).ordinal).toBe(2)
  })

  test('a write outside of a transaction is refused instead of waiting for itself', async () => {
    await using dir = await tempDir()
    await using store = await openStore({ path: join(dir.path, 'x.db') })
    const writing = store.db.deleteFrom('runs').execute()
    await expect(writing).rejects.toMatchObject({ code: unavailable })
  })

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is named', async () => {
    await using dir = await tempDir()
    const path = join(dir.path, 'x.db')
    await writeFile(path, '')
    await chmod(path, 0)
    await expect(openStore({ path })).rejects.toMatchObject({ code: unavailable })
  })
})

describe('postgres', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await openTestPostgres()
  })
  afterAll(() => postgres.close())

  test('a server that is not there is named, without the password', async () => {
    const opening = openStore({ url: 'postgres://me:sesame@127.0.0.1:1/x' })
    const error: unknown = await opening.catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: unavailable,
      params: { what: '127.0.0.1:1/x cannot be reached' },
    })
    expect(JSON.stringify(error) + String(error)).not.toContain('sesame')
  })

  test('a database that is not there, and a login that is wrong, are named', async () => {
    const missing = new URL(postgres.url)
    missing.pathname = '/nowhere'
    await expect(openStore({ url: missing.href })).rejects.toMatchObject({
      code: unavailable,
      params: { what: `${missing.host}/nowhere is not there` },
    })
    const wrong = new URL(postgres.url)
    wrong.password = 'sesame'
    await expect(openStore({ url: wrong.href })).rejects.toMatchObject({
      code: unavailable,
      params: { what: `${wrong.host}${wrong.pathname} refused the login` },
    })
  })

  test('connections that the server ends are replaced', async () => {
    await using database = await postgres.createDatabase()
    await using store = await openStore(database)
    const session = await addSession(store)
    const failing = store.transact(async (tx) => {
      await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx.db)
    })
    await expect(failing).rejects.toMatchObject({ code: unavailable })
    expect((await addRun(store, session)).ordinal).toBe(1)
  })

  test('a deadlock is done anew', async () => {
    await using database = await postgres.createDatabase()
    await using store = await openStore(database)
    const [a, b] = [await addSession(store), await addSession(store)]
    const met = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const cross = async (first: string, second: string, me: number): Promise<number> => {
      let tries = 0
      await store.transact(async (tx) => {
        tries += 1
        const raise = (id: string) =>
          tx.db
            .updateTable('sessions')
            .set((eb) => ({ run_count: eb('run_count', '+', 1) }))
            .where('id', '=', id)
            .execute()
        await raise(first)
        met[me]?.resolve()
        await met[1 - me]?.promise
        await raise(second)
      })
      return tries
    }
    const tries = await Promise.all([cross(a.id, b.id, 0), cross(b.id, a.id, 1)])
    expect(tries.toSorted()).toEqual([1, 2])
    const rows = await store.db.selectFrom('sessions').select('run_count').execute()
    expect(rows.map((row) => row.run_count)).toEqual([2, 2])
  })
})
