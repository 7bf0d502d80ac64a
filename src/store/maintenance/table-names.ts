import { sql } from 'kysely'
import type { Reader } from '../reader.ts'
import type { Tables } from '../tables.ts'

/** Every table with the columns of its key, those that others refer to first. */
export const tableKeys: Readonly<Record<keyof Tables, readonly string[]>> = {
  workers: ['id'],
  accounts: ['id'],
  sessions: ['id'],
  runs: ['id'],
  run_dependencies: ['run_id', 'depends_on'],
  agents: ['id'],
  attempts: ['id'],
  spending: ['attempt_id', 'model'],
  budgets: ['scope'],
  reservations: ['attempt_id', 'scope'],
  events: ['session_id', 'seq'],
  changes: ['id'],
  requests: ['id'],
  attachments: ['id'],
  chunks: ['kind', 'owner_id', 'name', 'offset'],
  schedules: ['id'],
  firings: ['schedule_id', 'at'],
  chat_bindings: ['id'],
  inbound: ['source', 'external_id'],
  outbox: ['id'],
  tokens: ['id'],
  audit: ['id'],
}

/** How many rows each table has. */
export async function countRows(store: Reader): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of Object.keys(tableKeys)) {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from ${sql.table(table)}`.execute(store.db)
    counts[table] = rows[0]?.count ?? 0
  }
  return counts
}
