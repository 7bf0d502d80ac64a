import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Tables } from '../tables.ts'
import type { Backend } from './backend.ts'
import { isRetryable } from './postgres-errors.ts'
import { takeLock } from './postgres-locks.ts'
import { createPostgresPool } from './postgres-pool.ts'

const maxTries = 20

/** A PostgreSQL database, over a pool of connections that are made when needed. */
export function openPostgres(url: string, { poolSize }: { poolSize: number }): Backend {
  const pool = createPostgresPool(url, { size: poolSize })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return {
    dialect: 'postgres',
    db,
    // In a query of its own, which is done once: compared with a function that changes while a
    // statement runs, no index would be used.
    now: () => sql<number>`(select (extract(epoch from clock_timestamp()) * 1000)::bigint)`,
    transact: (work, { signal }) => retry(() => inTransaction(db, work), signal),
    lockMigrations: (tx) => takeLock(tx, 'migrate'),
    [Symbol.asyncDispose]: () => db.destroy(),
  }
}

function inTransaction<T>(
  db: Kysely<Tables>,
  work: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().setIsolationLevel('read committed').execute(work)
}

async function retry<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!isRetryable(error) || tries === maxTries) throw error
      await sleep(Math.random() * 10 * tries, undefined, { signal })
    }
  }
}
