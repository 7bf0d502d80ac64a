import type { DialectName } from '../store.ts'
import { firstTables } from './0001-first-tables.ts'
import { unattended } from './0002-unattended.ts'

/** A step forward; there is none back. Never changed once published. */
export type Migration = {
  version: number
  name: string
  /** One SQL statement each. */
  statements(dialect: DialectName): string[]
}

/** In the order of their versions. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'first tables', statements: firstTables },
  { version: 2, name: 'unattended', statements: unattended },
]
