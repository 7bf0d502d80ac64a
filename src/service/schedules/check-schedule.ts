import { hostlerError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import { getSessionByKey } from '../../store/sessions/get-session.ts'
import type { Submission } from '../contract/run.ts'
import type { ScheduledSubmission } from '../contract/schedule.ts'
import { checkOptions } from '../front/check-options.ts'
import { findSession } from '../front/find-session.ts'
import type { Acting } from '../front/front.ts'
import { parseSubmission } from '../front/parse-submission.ts'
import { assertFits, prepareTarget, type PreparedTarget } from '../front/submission-target.ts'
import { parseCron } from './cron-times.ts'
import { toDueSubmission } from './due-submission.ts'

/** The first time after `at`. @throws invalid_input for a line that cannot be read, or never comes */
export function firstTime(
  { cron, timeZone }: { cron: string; timeZone: string },
  { after }: { after: number },
): number {
  const next = parseCron(cron, timeZone).next(after)
  if (next !== null) return next
  throw hostlerError('invalid_input', {
    field: 'cron',
    problem: `${JSON.stringify(cron)} never comes`,
    cure: 'look at its day and month: the 30th of February, for one, is none',
  })
}

/**
 * Refuses what would be refused each time, as it would be: else nobody hears of it before the night.
 * @throws invalid_input, invalid_prompt, not_found, session_archived, workspace_not_allowed
 */
export async function checkSubmission(
  front: Acting,
  { submission: given, at }: { submission: ScheduledSubmission; at: number },
): Promise<void> {
  const { context } = front
  const { server } = context.configuration()
  const { submission, target } = parseSubmission(toDueSubmission(given, at), server)
  const prepared = await prepareTarget(front, { submission, target })
  if (prepared.by === 'key' && prepared.absent !== null) {
    checkOptions(context, prepared.absent.profile, submission.options ?? {})
    return
  }
  const session = await existing(context.store, prepared)
  // Somebody has deleted it in this moment, and it will be made anew.
  if (session !== null) checkFor(front, session, submission)
}

function checkFor({ context }: Acting, session: SessionRow, submission: Submission): void {
  if (session.state === 'archived') throw hostlerError('session_archived', { id: session.id })
  assertFits(session, submission)
  const ofSession = JSON.parse(session.options)
  checkOptions(context, session.profile, { ...ofSession, ...submission.options })
}

async function existing(store: Store, prepared: PreparedTarget): Promise<SessionRow | null> {
  if (prepared.by === 'id') return await findSession(store, prepared.id)
  return await getSessionByKey(store, prepared.key)
}
