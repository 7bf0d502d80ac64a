import type { Kysely, RawBuilder } from 'kysely'
import type { DialectName } from '../store.ts'
import type { Tables } from '../tables.ts'

/** What the two databases do each in its own way. */
export type Backend = AsyncDisposable & {
  readonly dialect: DialectName
  readonly db: Kysely<Tables>
  now(): RawBuilder<number>
  /** @param options.waitMs how long it may wait for a lock on the whole database */
  transact<T>(
    work: (db: Kysely<Tables>) => Promise<T>,
    options: { waitMs?: number; signal?: AbortSignal | undefined },
  ): Promise<T>
  /** Within a transaction: waits until nobody else migrates. */
  lockMigrations(db: Kysely<Tables>): Promise<void>
}
