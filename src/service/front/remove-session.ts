import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { openRuns } from '../../store/runs/get-run.ts'
import { deleteSession } from '../../store/sessions/delete-session.ts'
import type { CallOptions } from '../contract/hostler.ts'
import { change } from './change.ts'
import { findSessionToChange } from './find-session.ts'
import type { Front } from './front.ts'

/**
 * Removes an archived session with everything of it.
 * @throws not_found, session_not_archived, run_not_ended while its last turn is still being stopped
 */
export async function removeSession(
  front: Front,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  const { actor } = front
  await change(
    front,
    async (tx) => {
      const session = await findSessionToChange(tx, id)
      if (session.state !== 'archived') {
        throw hostlerError('session_not_archived', { id: session.id })
      }
      const [open] = await openRuns(tx, session.id)
      if (open !== undefined) {
        throw hostlerError('run_not_ended', { id: open.id, state: open.state })
      }
      const subject = { subjectId: session.id, sessionId: session.id }
      await deleteSession(tx, session.id)
      await recordChange(tx, { kind: 'session', ...subject, data: { state: 'deleted' } })
      const detail = { key: session.key, profile: session.profile }
      await recordAudit(tx, { actor, action: 'session.delete', subjectId: session.id, detail })
      tx.notify({ type: 'control', sessionId: session.id })
    },
    options,
  )
}
