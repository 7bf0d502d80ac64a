import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { insertSession, type NewSessionRow } from '../../store/sessions/insert-session.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'

/**
 * Adds a session, and says so in its log, the feed and the audit. `null`: its key is taken, maybe by
 * somebody who did the same in this moment.
 */
export async function insertNewSession(
  tx: Tx,
  session: NewSessionRow,
  { actor, action }: { actor: string; action: 'session.create' | 'session.fork' },
): Promise<SessionRow | null> {
  const { id, profile, key, parent_id: parentId = null } = session
  if ((await insertSession(tx, session)) === null) return null
  await appendInTx(tx, id, {
    runId: null,
    events: [{ type: 'session_created', profile, parentId }],
  })
  await recordChange(tx, {
    kind: 'session',
    subjectId: id,
    sessionId: id,
    data: { state: 'active', profile, key },
  })
  await recordAudit(tx, { actor, action, subjectId: id, detail: { profile, key, parentId } })
  return await getSession(tx, id)
}
