import type { Kysely, RawBuilder } from 'kysely'
import type { Bus, BusMessage } from './bus.ts'
import type { Tables } from './tables.ts'

/** Which database keeps it: a file, or a server. */
export type DialectName = 'sqlite' | 'postgres'

/** Where everything is kept. Made by `openStore`. */
export type Store = AsyncDisposable & {
  /** For reads outside of a transaction: what is committed. */
  readonly db: Kysely<Tables>
  readonly dialect: DialectName
  readonly bus: Bus
  /** Epoch milliseconds by the database's own clock, as an expression for queries. */
  now(): RawBuilder<number>
  /**
   * Epoch milliseconds, for times that are reckoned in this process: this machine's clock, or the one that
   * tests simulate, which `now()` follows then.
   */
  clock(): number
  /**
   * Does `work` in one transaction, all or nothing. On PostgreSQL it is done anew after a deadlock or a
   * serialization failure, so it must have no other effects; all that it asks the database must go
   * through `tx`. What it tells by `tx.notify` goes out after the commit.
   * @throws database_unavailable when the database is locked, full, broken or out of reach
   */
  transact<T>(work: (tx: Tx) => Promise<T>, options?: { signal?: AbortSignal }): Promise<T>
}

/** A transaction under way. */
export type Tx = {
  readonly db: Kysely<Tables>
  readonly dialect: DialectName
  now(): RawBuilder<number>
  /** As {@link Store.clock}. */
  clock(): number
  notify(message: BusMessage): void
  /** For what this process does about it, and nobody else: done once, and not when it is rolled back. */
  afterCommit(act: () => void): void
}
