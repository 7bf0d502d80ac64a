import { chmodSync, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { hostlerError } from '../../errors.ts'
import { databaseClass } from '../dialects/sqlite-database.ts'
import { toSqliteStoreError } from '../dialects/sqlite-errors.ts'

/**
 * Copies a SQLite store to a new file, as it is at one moment, also while hostler works. The copy is
 * checked before it gets its name.
 * @throws invalid_input when there is such a file already, or no store
 */
export function backupStore(path: string, to: string): { bytes: number } {
  if (!existsSync(path)) throw invalid('from', `${path} is not there`, 'name the data directory')
  if (existsSync(to)) throw invalid('to', `${to} is there already`, 'name a file that is not there')
  const unfinished = `${to}.unfinished`
  rmSync(unfinished, { force: true })
  try {
    withDatabase(path, (database) => database.prepare('vacuum into ?').run(unfinished))
    // Prompts, answers and hashes of tokens are in it.
    chmodSync(unfinished, 0o600)
    const damage = withDatabase(unfinished, (copy) => copy.prepare('pragma quick_check').all())
    if (damage.length !== 1 || damage[0]?.['quick_check'] !== 'ok') {
      const cure = 'see what hostler db check says, and whether the disk is sound'
      throw hostlerError('database_unavailable', { what: to, problem: 'the copy is damaged', cure })
    }
    renameSync(unfinished, to)
    return { bytes: statSync(to).size }
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw toSqliteStoreError(error, path)
  }
}

function withDatabase<T>(
  path: string,
  work: (database: InstanceType<ReturnType<typeof databaseClass>>) => T,
): T {
  const database = new (databaseClass())(path)
  try {
    database.exec('pragma busy_timeout = 10000')
    return work(database)
  } finally {
    database.close()
  }
}

function invalid(field: string, problem: string, cure: string): Error {
  return hostlerError('invalid_input', { field, problem, cure })
}
