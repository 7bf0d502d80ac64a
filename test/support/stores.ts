import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { openStore, type OpenStoreOptions } from '../../src/store/open-store.ts'
import type { DialectName, Store } from '../../src/store/store.ts'
import { openTestPostgres, type TestPostgres } from './postgres.ts'
import { tempDir } from './temp-dir.ts'

/** A database of its own for one test: `await using database = await openTestDatabase()`. */
export type TestDatabasePlace = {
  where: { path: string } | { url: string }
  /** Each call is as another process would see it. Closed with the database. */
  openStore(options?: OpenStoreOptions): Promise<Store>
} & AsyncDisposable

export type OpenTestDatabase = (options?: { empty?: boolean }) => Promise<TestDatabasePlace>

/** Declares the same tests for SQLite and for PostgreSQL. */
export function forEachDatabase(
  declare: (openTestDatabase: OpenTestDatabase, name: DialectName) => void,
): void {
  describe('sqlite', () => declare(openSqliteForTest, 'sqlite'))
  describe('postgres', () => {
    let postgres: TestPostgres | null = null
    beforeAll(async () => {
      postgres = await openTestPostgres()
    })
    afterAll(() => postgres?.close())
    declare(async (options) => {
      if (postgres === null) throw new Error('only within a test')
      const database = await postgres.createDatabase(options)
      return toPlace({ url: database.url }, () => database.drop())
    }, 'postgres')
  })
}

const openSqliteForTest: OpenTestDatabase = async () => {
  const dir = await tempDir()
  return toPlace({ path: join(dir.path, 'hostler.db') }, () => dir[Symbol.asyncDispose]())
}

function toPlace(
  where: TestDatabasePlace['where'],
  remove: () => PromiseLike<void>,
): TestDatabasePlace {
  const opened: Store[] = []
  return {
    where,
    async openStore(options) {
      const store = await openStore(where, options)
      opened.push(store)
      return store
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store[Symbol.asyncDispose]()
      await remove()
    },
  }
}
