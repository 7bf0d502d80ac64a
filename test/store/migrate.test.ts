import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Backend } from '../../src/store/dialects/backend.ts'
import { openPostgres } from '../../src/store/dialects/postgres.ts'
import { openSqlite } from '../../src/store/dialects/sqlite.ts'
import { migrate } from '../../src/store/migrate.ts'
import { migrations } from '../../src/store/migrations/all.ts'
import { forEachDatabase, type TestDatabasePlace } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

const known = migrations.length
const step = (version: number, statement: string): (typeof migrations)[number] => ({
  version,
  name: `step ${version}`,
  statements: () => [statement],
})

forEachDatabase((openTestDatabase, name) => {
  test('five that open an empty database at once make the tables once', async () => {
    await using database = await openTestDatabase({ empty: true })
    const opening = Array.from({ length: 5 }, () => database.openStore({ poolSize: 2 }))
    const [store] = await Promise.all(opening)
    const versions = sql<{ version: number }>`select version from hostler_versions`
    const { rows } = await versions.execute(dbOf(store))
    expect(rows.map(({ version }) => version)).toEqual(migrations.map(({ version }) => version))
  })

  test('a second process waits for the one that migrates', async () => {
    await using database = await openTestDatabase({ empty: true })
    await using backend = openBackend(database)
    const released = Promise.withResolvers<void>()
    const locked = Promise.withResolvers<void>()
    const holding = backend.transact(async (db) => {
      await backend.lockMigrations(db)
      locked.resolve()
      await released.promise
    }, {})
    await locked.promise
    let isOpen = false
    const opening = database.openStore().then((store) => {
      isOpen = true
      return store
    })
    if (name === 'postgres') await waitFor(() => isSomebodyWaiting(backend))
    else for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    expect(isOpen).toBe(false)
    released.resolve()
    await holding
    const store = await opening
    expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test('a database that is newer than the program is refused, and left as it is', async () => {
    await using database = await openTestDatabase()
    await database.openStore()
    await using backend = openBackend(database)
    await backend.transact(
      (db) => sql`insert into hostler_versions values (999, 'of the future', 0)`.execute(db),
      {},
    )
    await expect(database.openStore()).rejects.toMatchObject({
      code: 'database_newer',
      params: { found: 999, known },
    })
  })

  test('only to look: an empty database is outdated, a migrated one is not', async () => {
    await using empty = await openTestDatabase({ empty: true })
    await expect(empty.openStore({ migrate: 'check' })).rejects.toMatchObject({
      code: 'database_outdated',
      params: { found: 0, known },
    })
    await empty.openStore()
    await empty.openStore({ migrate: 'check' })
  })

  test('steps are added to what is there, and a step that fails leaves nothing', async () => {
    await using database = await openTestDatabase({ empty: true })
    await using backend = openBackend(database)
    const first = step(1, 'create table a (x integer)')
    await migrate(backend, { mode: 'yes', steps: [first] })
    const broken = [first, step(2, 'create table b (x integer)'), step(3, 'create nonsense')]
    await expect(migrate(backend, { mode: 'yes', steps: broken })).rejects.toThrow(/syntax/)
    await expect(sql`select * from b`.execute(backend.db)).rejects.toThrow(/b/)
    await migrate(backend, { mode: 'yes', steps: broken.slice(0, 2) })
    expect((await sql`select * from b`.execute(backend.db)).rows).toEqual([])
  })
})

function openBackend({ where }: TestDatabasePlace): Backend {
  return 'path' in where ? openSqlite(where.path) : openPostgres(where.url, { poolSize: 2 })
}

async function isSomebodyWaiting(backend: Backend): Promise<boolean> {
  const waiting = sql`select 1 from pg_locks where locktype = 'advisory' and not granted
    and database = (select oid from pg_database where datname = current_database())`
  return (await waiting.execute(backend.db)).rows.length > 0
}

function dbOf(store: { db: Backend['db'] } | undefined): Backend['db'] {
  if (store === undefined) throw new Error('no store')
  return store.db
}
