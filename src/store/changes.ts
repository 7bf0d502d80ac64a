import { sql, type RawBuilder } from 'kysely'
import { hostlerError } from '../errors.ts'
import type { Store, Tx } from './store.ts'
import type { ChangesTable } from './tables.ts'

/** What a change is about. */
export type ChangeKind = ChangesTable['kind']

/** One row of the feed; `cursor` is what `after` takes. */
export type ChangeEntry = {
  cursor: string
  at: number
  kind: ChangeKind
  subjectId: string
  sessionId: string | null
  data: Record<string, unknown>
}

export type NewChange = Omit<ChangeEntry, 'cursor' | 'at'>

/** Adds to the feed of everything, within the transaction that makes the change. */
export async function recordChange(tx: Tx, ...changes: readonly NewChange[]): Promise<void> {
  const at = Date.now()
  await tx.db
    .insertInto('changes')
    .values(
      changes.map(({ kind, subjectId, sessionId, data }) => ({
        at,
        kind,
        subject_id: subjectId,
        session_id: sessionId,
        data: JSON.stringify(data),
      })),
    )
    .execute()
  tx.notify({ type: 'changes' })
}

/**
 * What was committed after `after`, oldest first; `after: null` begins with the oldest that is kept. Rows
 * are read in the order of their transactions, and only up to the oldest one that is still under way:
 * by id alone, a row that commits late would be behind a cursor that has passed it.
 */
export async function readChanges(
  store: Store,
  options: { after: string | null; limit: number },
): Promise<ChangeEntry[]> {
  const rows = await store.db
    .selectFrom('changes')
    .selectAll()
    .$if(options.after !== null, (query) => query.where(isAfter(options.after ?? '')))
    .$if(store.dialect === 'postgres', (query) => query.where(sql<boolean>`tx < ${oldestOpenTx}`))
    .orderBy('tx')
    .orderBy('id')
    .limit(options.limit)
    .execute()
  return rows.map((row) => ({
    cursor: toCursor(row),
    at: row.at,
    kind: row.kind,
    subjectId: row.subject_id,
    sessionId: row.session_id,
    data: JSON.parse(row.data),
  }))
}

/** The cursor of the newest change that can be read: from there on, everything is new. */
export async function latestChange(store: Store): Promise<string | null> {
  const row = await store.db
    .selectFrom('changes')
    .select(['tx', 'id'])
    .$if(store.dialect === 'postgres', (query) => query.where(sql<boolean>`tx < ${oldestOpenTx}`))
    .orderBy('tx', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : toCursor(row)
}

/** Removes what is older than `maxAgeMs`. */
export async function removeOldChanges(store: Store, options: { maxAgeMs: number }): Promise<void> {
  await store.transact((tx) =>
    tx.db
      .deleteFrom('changes')
      .where('at', '<', Date.now() - options.maxAgeMs)
      .execute(),
  )
}

/** PostgreSQL: all transactions before this one have ended. */
const oldestOpenTx = sql`pg_snapshot_xmin(pg_current_snapshot())::text::bigint`

function isAfter(cursor: string): RawBuilder<boolean> {
  const [tx = Number.NaN, id = Number.NaN] = cursor.split('.').map(Number)
  if (!Number.isSafeInteger(tx) || !Number.isSafeInteger(id)) {
    throw hostlerError('invalid_input', {
      field: 'after',
      problem: `"${cursor}" is no cursor of the feed`,
      cure: 'pass the cursor of a change as it came, or none',
    })
  }
  return sql<boolean>`(tx, id) > (${tx}, ${id})`
}

function toCursor(row: { tx: number; id: number }): string {
  return `${row.tx}.${row.id}`
}
