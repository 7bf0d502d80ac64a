import { sql, type Kysely } from 'kysely'
import { hostlerError } from '../errors.ts'
import type { Backend } from './dialects/backend.ts'
import { migrations, type Migration } from './migrations/all.ts'
import type { Tables } from './tables.ts'

/** Another process may be at it, with much data to convert. */
const waitMs = 600_000

export type MigrateOptions = {
  /** `check` changes nothing and refuses a database that would have to be changed. */
  mode: 'yes' | 'check'
  /** Default: all that this program has. */
  steps?: readonly Migration[]
  signal?: AbortSignal | undefined
}

/**
 * Brings the tables up to this program's version, in one transaction; a second process waits for it.
 * @throws database_newer, database_outdated
 */
export async function migrate(backend: Backend, options: MigrateOptions): Promise<void> {
  const { mode, steps = migrations, signal } = options
  const known = steps.at(-1)?.version ?? 0
  if (isUpToDate(await readVersion(backend.db, backend.dialect), known)) return
  if (mode === 'check') {
    const found = await readVersion(backend.db, backend.dialect)
    throw hostlerError('database_outdated', { found, known })
  }
  await backend.transact(
    async (db) => {
      await backend.lockMigrations(db)
      const found = await readVersion(db, backend.dialect)
      if (isUpToDate(found, known)) return
      if (found === 0) await createVersionTable(db)
      for (const step of steps) if (step.version > found) await apply(step, { db, backend })
    },
    { waitMs, signal },
  )
}

function isUpToDate(found: number, known: number): boolean {
  if (found > known) throw hostlerError('database_newer', { found, known })
  return found === known
}

/** The newest version applied; 0 for an empty database. */
async function readVersion(db: Kysely<Tables>, dialect: Backend['dialect']): Promise<number> {
  const tables =
    dialect === 'sqlite'
      ? sql`select name from sqlite_master where type = 'table' and name = 'hostler_versions'`
      : sql`select to_regclass('hostler_versions') as name where to_regclass('hostler_versions') is not null`
  const { rows: found } = await tables.execute(db)
  if (found.length === 0) return 0
  const { rows } = await sql<{ version: number }>`
    select coalesce(max(version), 0) as version from hostler_versions`.execute(db)
  return rows[0]?.version ?? 0
}

async function createVersionTable(db: Kysely<Tables>): Promise<void> {
  await sql`create table if not exists hostler_versions
    (version integer primary key, name text not null, applied_at bigint not null)`.execute(db)
}

async function apply(
  step: Migration,
  { db, backend }: { db: Kysely<Tables>; backend: Backend },
): Promise<void> {
  for (const statement of step.statements(backend.dialect)) await sql.raw(statement).execute(db)
  await sql`insert into hostler_versions (version, name, applied_at)
    values (${step.version}, ${step.name}, ${backend.now()})`.execute(db)
}
