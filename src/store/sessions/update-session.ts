import type { Updateable } from 'kysely'
import type { Tx } from '../store.ts'
import type { SessionRow, SessionsTable } from '../tables.ts'

/** What may be changed by hand; queue, lease and totals have statements of their own. */
export type SessionRowChange = Pick<
  Updateable<SessionsTable>,
  | 'key'
  | 'title'
  | 'profile'
  | 'workspace'
  | 'cwd'
  | 'workspace_lock'
  | 'options'
  | 'labels'
  | 'on_busy'
  | 'state'
  | 'claude_session_id'
  | 'pool'
>

/** Changes a session. `null`: there is none. A key that is taken is the caller's to look for before. */
export async function updateSession(
  tx: Tx,
  id: string,
  change: SessionRowChange,
): Promise<SessionRow | null> {
  const query = tx.db
    .updateTable('sessions')
    .set({ ...change, updated_at: Date.now() })
    .where('id', '=', id)
    .returningAll()
  return (await query.executeTakeFirst()) ?? null
}
