import { openStates } from '../queue/find-open-run.ts'
import { lockSessions } from '../queue/lock-sessions.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** The open children of these runs, oldest first, with their sessions locked. */
export async function lockOpenChildren(tx: Tx, parentIds: readonly string[]): Promise<string[]> {
  if (parentIds.length === 0) return []
  const rows = await tx.db
    .selectFrom('runs')
    .select(['id', 'session_id'])
    .where('parent_run_id', 'in', parentIds)
    .where('state', 'in', openStates)
    .orderBy('id')
    .execute()
  if (rows.length > 0) await lockSessions(tx, [...new Set(rows.map((row) => row.session_id))])
  return rows.map(({ id }) => id)
}

/**
 * A run that is about to get a child, or null: until the transaction ends nobody changes it, so that
 * whoever cancels it finds the child.
 */
export async function lockParent(tx: Tx, id: string): Promise<RunRow | null> {
  const query = tx.db.selectFrom('runs').selectAll().where('id', '=', id)
  const locked = query.$if(tx.dialect === 'postgres', (one) => one.forShare())
  return (await locked.executeTakeFirst()) ?? null
}
