import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, sql, SqliteDialect, type SqliteDatabase } from 'kysely'
import type { Tables } from '../tables.ts'
import type { Backend } from './backend.ts'
import { openSqliteFile } from './sqlite-database.ts'
import { isSqliteBusy } from './sqlite-errors.ts'

/** How long a transaction waits for another process that writes. */
const defaultWaitMs = 10_000

/**
 * A SQLite file: one connection that writes, one transaction at a time, and one that reads what is
 * committed, so that reads wait for nobody.
 */
export function openSqlite(path: string): Backend {
  const writable = openSqliteFile({ path })
  const readable = openSqliteFile({ path, readOnly: true })
  const writer = toKysely(writable)
  const reader = toKysely(readable)
  const queue = createQueue()
  return {
    dialect: 'sqlite',
    db: reader,
    now: () => sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    transact: (work, { waitMs = defaultWaitMs, signal }) =>
      queue.run(async () => {
        signal?.throwIfAborted()
        return await writer.connection().execute(async (db) => {
          await begin(db, { waitMs, signal })
          return await endWith(db, work)
        })
      }),
    // A transaction that writes is the only one.
    lockMigrations: () => Promise.resolve(),
    async [Symbol.asyncDispose]() {
      await queue.run(() => Promise.resolve())
      await reader.destroy()
      await writer.destroy()
      // Kysely closes only what it has used.
      readable.close()
      writable.close()
    },
  }
}

function toKysely(database: SqliteDatabase): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database }) })
}

/**
 * IMMEDIATE takes the write lock at once: a transaction that first reads and then wants to write fails
 * when another process wrote in between. Waits without blocking the event loop.
 */
async function begin(
  db: Kysely<Tables>,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  const endAt = performance.now() + waitMs
  for (let tries = 1; ; tries++) {
    try {
      await sql`begin immediate`.execute(db)
      return
    } catch (error) {
      if (!isSqliteBusy(error) || performance.now() >= endAt) throw error
      await sleep(1 + Math.random() * Math.min(tries, 20), undefined, { signal })
    }
  }
}

async function endWith<T>(
  db: Kysely<Tables>,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  try {
    const value = await work(db)
    await sql`commit`.execute(db)
    return value
  } catch (error) {
    // A full disk has rolled it back already, which makes this an error that says nothing new.
    await sql`rollback`.execute(db).catch(() => undefined)
    throw error
  }
}

/** One after another, in the order of asking. */
function createQueue(): { run<T>(work: () => Promise<T>): Promise<T> } {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(work) {
      const mine = last.then(work)
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
