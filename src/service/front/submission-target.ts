import { hostlerError } from '../../errors.ts'
import { getSessionByKey, lockSessionByKey } from '../../store/sessions/get-session.ts'
import type { NewSessionRow } from '../../store/sessions/insert-session.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { Submission } from '../contract/run.ts'
import { toNewSessionRow } from './create-session.ts'
import { findSessionToChange } from './find-session.ts'
import type { Acting } from './front.ts'
import { insertNewSession } from './insert-new-session.ts'
import { notFound } from './not-found.ts'
import type { Target } from './parse-submission.ts'

/** The session that is named, or the one that is made when there is none of this key. */
export type PreparedTarget =
  | { by: 'id'; id: string }
  | { by: 'key'; key: string; absent: NewSessionRow | null }

/** Finds out, before the transaction, whether a session would be made, and whether it may be. */
export async function prepareTarget(
  front: Acting,
  { submission, target }: { submission: Submission; target: Target },
): Promise<PreparedTarget> {
  if (target.by === 'id') return target
  const { key } = target
  if ((await getSessionByKey(front.context.store, key)) !== null) {
    return { by: 'key', key, absent: null }
  }
  const { profile, workspace } = submission
  const absent = await toNewSessionRow(front, {
    key,
    ...(profile === undefined ? {} : { profile }),
    ...(workspace === undefined ? {} : { workspace }),
  })
  return { by: 'key', key, absent }
}

/** The session, locked until the transaction ends, and made first when it must be. */
export async function sessionOf(
  tx: Tx,
  prepared: PreparedTarget,
  { actor }: { actor: string },
): Promise<SessionRow> {
  if (prepared.by === 'id') {
    return await findSessionToChange(tx, prepared.id)
  }
  const { key, absent } = prepared
  const found = await lockSessionByKey(tx, key)
  if (found !== null) return found
  // It was there a moment ago, and somebody has deleted it.
  if (absent === null) throw notFound('session', `key:${key}`)
  const made = await insertNewSession(tx, absent, { actor, action: 'session.create' })
  if (made !== null) return made
  // Another process has made it in this moment.
  const other = await lockSessionByKey(tx, key)
  if (other === null) throw notFound('session', `key:${key}`)
  return other
}

/**
 * Refuses a submission that wants its session to be another one: to drop what it says without a word could
 * run a prompt with more rights, or elsewhere. @throws invalid_input
 */
export function assertFits(session: SessionRow, { profile, workspace }: Submission): void {
  if (profile !== undefined && profile !== session.profile) {
    throw hostlerError('invalid_input', {
      field: 'profile',
      problem: `is "${profile}", but session ${session.id} has "${session.profile}"`,
      cure: 'leave it out, or configure the session',
    })
  }
  if (workspace !== undefined && !isSameWorkspace(workspace, JSON.parse(session.workspace))) {
    throw hostlerError('invalid_input', {
      field: 'workspace',
      problem: `is another one than that of session ${session.id}`,
      cure: 'leave it out, or use another session',
    })
  }
}

function isSameWorkspace(
  one: NonNullable<Submission['workspace']>,
  other: NonNullable<Submission['workspace']>,
): boolean {
  if ('path' in one) return 'path' in other && one.path === other.path
  if ('path' in other) return false
  return one.git === other.git && one.ref === other.ref && one.branch === other.branch
}
