import { closeSync, mkdirSync, openSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { dirname } from 'node:path'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { isErrno } from '../../util/is-errno.ts'
import { toStorableText } from '../storable-text.ts'
import { loadNodeSqlite } from './load-node-sqlite.ts'
import { toSqliteStoreError } from './sqlite-errors.ts'

// Together with load-node-sqlite.ts all that knows node:sqlite.

/** Compiling a statement takes longer than most statements take; so many are kept. */
const maxKept = 500

export type SqliteFileOptions = {
  path: string
  /** Refuses to write, so that a write outside of a transaction fails instead of waiting for itself. */
  readOnly?: boolean
}

/**
 * Opens a database file, made with mode 0600, as the interface of Kysely's SQLite dialect.
 * @throws database_unavailable
 */
export function openSqliteFile({ path, readOnly = false }: SqliteFileOptions): SqliteDatabase {
  return guard(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    makeFile(path)
    const database = new (databaseClass())(path)
    try {
      // First, since changing the journal mode needs a lock that another process may have.
      database.exec('pragma busy_timeout = 5000')
      database.exec('pragma journal_mode = wal')
      database.exec('pragma synchronous = full')
      // Relations are kept by the statements; PostgreSQL would lock the session's row for each event.
      database.exec('pragma foreign_keys = off')
      // SQLite's own knows ASCII only; PostgreSQL's knows all letters.
      database.function('lower', { deterministic: true }, toLowerCase)
      // A writer waits by trying again, or it would block the very event loop that holds the lock.
      database.exec(readOnly ? 'pragma query_only = on' : 'pragma busy_timeout = 0')
    } catch (error) {
      database.close()
      throw error
    }
    return toKyselyDatabase(database, path)
  })
}

function toKyselyDatabase(database: DatabaseSync, path: string): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>()
  let open = true
  return {
    close() {
      if (open) database.close()
      open = false
    },
    prepare(sql) {
      const known = kept.get(sql)
      if (known !== undefined) return known
      const statement = guard(path, () =>
        toKyselyStatement(database.prepare(sql), { sql, path, database }),
      )
      if (kept.size >= maxKept) kept.clear()
      kept.set(sql, statement)
      return statement
    },
  }
}

function toKyselyStatement(
  statement: StatementSync,
  { sql, path, database }: { sql: string; path: string; database: DatabaseSync },
): SqliteStatement {
  return {
    // `statement.columns()` would say it, but from Node 22.16 on only.
    reader: /^\s*(select|with|values|pragma|explain)\b|\breturning\b/i.test(sql),
    all: (parameters) => guard(path, () => statement.all(...toInputs(parameters))),
    run: (parameters) => guard(path, () => statement.run(...toInputs(parameters))),
    // Of its own: a statement in the middle of one result cannot begin another.
    iterate: (parameters) => database.prepare(sql).iterate(...toInputs(parameters)),
  }
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toSqliteStoreError(error, path)
  }
}

function toLowerCase(text: SQLOutputValue): SQLOutputValue {
  return typeof text === 'string' ? text.toLowerCase() : text
}

function toInputs(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === 'string') return toStorableText(value)
    if (value === null || typeof value === 'number') return value
    if (typeof value === 'bigint' || value instanceof Uint8Array) return value
    throw new TypeError(`SQLite takes no ${typeof value}`)
  })
}

/**
 * SQLite gives its journal files the mode of the database's. A file that is there is not opened: closing
 * it again would drop every lock that this process has on it (https://sqlite.org/howtocorrupt.html, 2.2).
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'ax', 0o600))
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error
  }
}

/** The class of a database file: `DatabaseSync`, and `Database` from Node 26 on. */
export function databaseClass(): typeof DatabaseSync {
  const loaded: { DatabaseSync: typeof DatabaseSync; Database?: typeof DatabaseSync } =
    loadNodeSqlite()
  return loaded.DatabaseSync ?? loaded.Database
}
