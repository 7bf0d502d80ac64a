import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { appendInTx } from '../../store/events/append-in-tx.ts'
import { openRuns } from '../../store/runs/get-run.ts'
import { updateSession } from '../../store/sessions/update-session.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Session } from '../contract/session.ts'
import { cancelInTx } from './cancel-in-tx.ts'
import { change } from './change.ts'
import { findSession, findSessionToChange } from './find-session.ts'
import type { Front } from './front.ts'
import { readSession } from './read-sessions.ts'

/**
 * Takes no more runs, and cancels those that are open: one under way ends as soon as its turn is stopped.
 * The worker that has its agent is told, and ends it. Archiving twice changes nothing.
 */
export async function archiveSession(
  front: Front,
  id: string,
  options: CallOptions = {},
): Promise<Session> {
  const { context, actor } = front
  return await change(
    front,
    async (tx) => {
      const session = await findSessionToChange(tx, id)
      if (session.state === 'active') {
        const subject = { subjectId: session.id, sessionId: session.id }
        // Queued ones first: else each would be the next as the one before it ends.
        const open = await openRuns(tx, session.id)
        for (const { id: runId } of open.toReversed()) {
          await cancelInTx(tx, context, { runId, by: actor })
        }
        await updateSession(tx, session.id, { state: 'archived' })
        await appendInTx(tx, session.id, { runId: null, events: [{ type: 'session_archived' }] })
        await recordChange(tx, { kind: 'session', ...subject, data: { state: 'archived' } })
        const detail = { cancelled: open.length }
        await recordAudit(tx, { actor, action: 'session.archive', ...subject, detail })
        tx.notify({ type: 'control', sessionId: session.id })
      }
      return await readSession(context, await findSession(tx, session.id), { reader: tx })
    },
    options,
  )
}
