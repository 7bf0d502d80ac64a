import { uuidV7 } from '../util/uuid-v7.ts'
import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from './page.ts'
import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'
import type { AuditRow } from './tables.ts'

/** Notes who did what, in the transaction that does it. No secrets in `detail`. */
export async function recordAudit(
  tx: Tx,
  entry: {
    actor: string
    action: string
    subjectId: string | null
    detail?: Record<string, unknown>
  },
): Promise<void> {
  await tx.db
    .insertInto('audit')
    .values({
      id: uuidV7(),
      at: Date.now(),
      actor: entry.actor,
      action: entry.action,
      subject_id: entry.subjectId,
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute()
}

/** A page of what was done, newest first. */
export async function listAudit(store: Reader, page: PageQuery = {}): Promise<PageOf<AuditRow>> {
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  const rows = await store.db
    .selectFrom('audit')
    .selectAll()
    .$if(after !== null, (list) => list.where('id', '<', after))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}

/** Whether somebody has deleted this session here; it may also never have been in this database. */
export async function wasSessionDeleted(store: Reader, sessionId: string): Promise<boolean> {
  const row = await store.db
    .selectFrom('audit')
    .select('id')
    .where('action', '=', 'session.delete')
    .where('subject_id', '=', sessionId)
    // Ids begin with the time: what was done to a session was done after it was made.
    .where('id', '>', sessionId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
