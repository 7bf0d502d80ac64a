import { sql } from 'kysely'
import { createLocalBus, type Bus, type BusMessage } from './bus.ts'
import { startPostgresBus } from './bus-postgres.ts'
import type { Backend } from './dialects/backend.ts'
import { openPostgres } from './dialects/postgres.ts'
import { openSqlite } from './dialects/sqlite.ts'
import { migrate } from './migrate.ts'
import type { Store } from './store.ts'

export type OpenStoreOptions = {
  /** Told of each transaction, how long it took to its commit. Milliseconds. */
  onCommit?: (ms: number) => void
  /** `check`: only look whether the tables are of this program's version. Default `yes`. */
  migrate?: 'yes' | 'check'
  /** Connections to PostgreSQL, besides the one that listens. Default 10. */
  poolSize?: number
  /** Simulates time, for tests: epoch milliseconds. Default: the database's clock. */
  clock?: () => number
  signal?: AbortSignal
}

/**
 * Opens the store and brings its tables up to date; a second process waits for the first one's migration.
 * @throws database_newer, database_outdated, database_unavailable
 */
export async function openStore(
  where: { path: string } | { url: string },
  options: OpenStoreOptions = {},
): Promise<Store> {
  const { signal } = options
  signal?.throwIfAborted()
  const backend =
    'path' in where
      ? openSqlite(where.path)
      : openPostgres(where.url, { poolSize: options.poolSize ?? 10 })
  try {
    await migrate(backend, { mode: options.migrate ?? 'yes', signal })
    const bus = 'url' in where ? await startPostgresBus(where.url) : createClosableBus()
    return toStore(backend, bus, options)
  } catch (error) {
    await backend[Symbol.asyncDispose]()
    throw error
  }
}

function createClosableBus(): Bus & AsyncDisposable {
  return { ...createLocalBus(), [Symbol.asyncDispose]: () => Promise.resolve() }
}

function toStore(
  backend: Backend,
  bus: Bus & AsyncDisposable,
  { onCommit, clock: simulated }: OpenStoreOptions,
): Store {
  const { dialect } = backend
  const clock = simulated ?? Date.now
  const now: Store['now'] = () =>
    simulated === undefined ? backend.now() : sql<number>`cast(${simulated()} as bigint)`
  return {
    db: backend.db,
    dialect,
    bus,
    now,
    clock,
    async transact(work, { signal } = {}) {
      // Anew in each try: what a try told that was rolled back is not true.
      let told: BusMessage[] = []
      const startedAt = performance.now()
      let acts: (() => void)[] = []
      const value = await backend.transact(
        (db) => {
          told = []
          acts = []
          return work({
            db,
            dialect,
            now,
            clock,
            notify: (message) => void told.push(message),
            afterCommit: (act) => void acts.push(act),
          })
        },
        { signal },
      )
      onCommit?.(performance.now() - startedAt)
      for (const message of told) bus.publish(message)
      for (const act of acts) act()
      return value
    },
    async [Symbol.asyncDispose]() {
      await bus[Symbol.asyncDispose]()
      await backend[Symbol.asyncDispose]()
    },
  }
}
