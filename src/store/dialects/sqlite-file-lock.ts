import { chmodSync } from 'node:fs'
import { databaseClass } from './sqlite-database.ts'
import { isSqliteBusy, toSqliteStoreError } from './sqlite-errors.ts'

/**
 * Takes a lock that the kernel keeps for this process, and gives back when the process ends, however it
 * ends: SQLite's RESERVED lock on a database that is never written. Of any number that try at once,
 * exactly one gets it. (An EXCLUSIVE one needs two steps, and two starters can then refuse each other.)
 * @returns null when somebody has it
 * @throws database_unavailable
 */
export function tryLockFile(path: string): { release(): void } | null {
  try {
    const database = new (databaseClass())(path)
    try {
      database.exec('pragma busy_timeout = 0')
      // No journal on disk: to clean up one that a killed holder has left needs the two steps, too.
      database.exec('pragma journal_mode = memory')
      database.exec('begin immediate')
      // Not by opening it: closing any descriptor of the file would drop the lock.
      chmodSync(path, 0o600)
    } catch (error) {
      database.close()
      if (isSqliteBusy(error)) return null
      throw error
    }
    return { release: () => database.close() }
  } catch (error) {
    throw toSqliteStoreError(error, path)
  }
}
