import type { Kysely } from 'kysely'
import type { EventRow, Tables } from '../tables.ts'

/** Rows in one statement: 6 parameters each, and SQLite takes 32,766 in all. */
const rowsAtOnce = 1_000

/** Inserts numbered event rows. */
export async function insertEvents(db: Kysely<Tables>, rows: readonly EventRow[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    await db
      .insertInto('events')
      .values(rows.slice(from, from + rowsAtOnce))
      .execute()
  }
}
