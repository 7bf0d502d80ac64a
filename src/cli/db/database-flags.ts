import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import { dataDirOf } from '../data-dir.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'

/** Which database a command is about. */
export type DatabaseFlags = { dataDir?: string; databaseUrl?: string }

/** A SQLite file, or a PostgreSQL database; `name` is for people, and has no password. */
export type DatabasePlace =
  | { kind: 'file'; path: string; dataDir: string; name: string }
  | { kind: 'server'; url: string; name: string }

/** `--database-url`, else `--data-dir`, else HOSTLER_DATABASE_URL, else the usual data directory. */
export function databaseOf(flags: DatabaseFlags, io: Io): DatabasePlace {
  if (flags.databaseUrl !== undefined) return toServer(flags.databaseUrl, '--database-url')
  const { databaseUrl } = io.config
  if (flags.dataDir === undefined && databaseUrl !== null) {
    return toServer(databaseUrl, 'HOSTLER_DATABASE_URL')
  }
  return fileOf(flags, io)
}

/** The SQLite file in the data directory. */
export function fileOf(flags: DatabaseFlags, io: Io): DatabasePlace & { kind: 'file' } {
  const dataDir = dataDirOf(flags, io)
  const path = join(dataDir, 'hostler.db')
  return { kind: 'file', path, dataDir, name: path }
}

/** @throws usage, without the URL: it may have a password */
export function toServer(url: string, source: string): DatabasePlace & { kind: 'server' } {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed === null || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw usageError(
      `${source} is not a PostgreSQL URL`,
      'write postgres://user:password@host:5432/database',
    )
  }
  return { kind: 'server', url, name: `postgres://${parsed.host}${parsed.pathname}` }
}

/** Opens what is there; a file that is not is not made by looking at it. */
export async function openPlace(
  place: DatabasePlace,
  options: { migrate: 'yes' | 'check' },
): Promise<Store> {
  if (place.kind === 'server') return await openStore({ url: place.url }, options)
  assertFile(place.path)
  return await openStore({ path: place.path }, options)
}

export function assertFile(path: string): void {
  if (existsSync(path)) return
  throw usageError(`${path} is not there`, 'name a data directory in which hostler has worked')
}
