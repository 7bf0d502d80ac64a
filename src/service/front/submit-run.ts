import { randomUUID } from 'node:crypto'
import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import type { NewRun } from '../../store/queue/enqueue-run.ts'
import { findByIdempotencyKey } from '../../store/runs/get-run.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { storeAttachments } from '../attachments/store-attachment.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { NewAttachment, Run, Submission } from '../contract/run.ts'
import { assertNoDeadlock } from './assert-no-deadlock.ts'
import { assertParent } from './assert-parent.ts'
import { change } from './change.ts'
import { checkOptions } from './check-options.ts'
import { enqueue } from './enqueue.ts'
import { profileIfKnown } from '../configuration/find-profile.ts'
import type { Acting, Front } from './front.ts'
import { parseSubmission } from './parse-submission.ts'
import { promptExcerpt } from './prompt-excerpt.ts'
import { readRun } from './read-runs.ts'
import { submissionHash } from './submission-hash.ts'
import { assertFits, prepareTarget, sessionOf } from './submission-target.ts'
import { effectiveOnBusy } from './to-session.ts'

/**
 * Takes a prompt: into a session that is there, or into one that is made for it in the same transaction.
 * @throws invalid_prompt, invalid_input, not_found, workspace_not_allowed, session_archived,
 *   idempotency_conflict, not_accepting
 */
export async function submitRun(
  front: Front,
  input: Submission,
  options: CallOptions = {},
): Promise<Run> {
  const { context, actor } = front
  const { submission, attachments, target } = parseSubmission(input, context.configuration().server)
  const { idempotencyKey, ...body } = submission
  const hash = idempotencyKey === undefined ? null : submissionHash(body)
  const prepared = await prepareTarget(front, { submission, target })
  return await change(
    front,
    async (tx) => {
      const session = await sessionOf(tx, prepared, { actor })
      const first = await submittedBefore(tx, { submission, hash, actor })
      if (first !== null) return await readRun(context, first, { reader: tx })
      return await addRun(tx, front, { session, submission, attachments, hash })
    },
    options,
  )
}

/**
 * Checks a submission against the session that it goes to, and puts it into its queue; in the name of a
 * schedule, whose runs are audited on behalf of whoever has made it.
 */
export async function addRun(
  tx: Tx,
  front: Acting,
  given: {
    session: SessionRow
    submission: Submission
    attachments?: NewAttachment[]
    hash?: string | null
    schedule?: { id: string; onBehalfOf: string | null }
    /** Of a run that an agent has made: one more than its parent's. */
    depth?: number
  },
): Promise<Run> {
  const { context, actor } = front
  const { session, submission, attachments = [], hash = null, schedule, depth = 0 } = given
  assertFits(session, submission)
  const { options: ofSession } = session
  checkOptions(context, session.profile, { ...JSON.parse(ofSession), ...submission.options })
  const parent = await assertParent(tx, submission.parentRunId, session)
  await assertNoDeadlock(tx, { parent, dependsOn: submission.dependsOn ?? [], session })
  const scheduleId = schedule?.id ?? null
  const made = toNewRun(submission, { front, session, hash, parent })
  const run = { ...made, schedule_id: scheduleId, depth }
  const queued = await enqueue(tx, context, { session, run, by: actor })
  await storeAttachments(tx, { runId: run.id, attachments })
  const detail = {
    sessionId: session.id,
    attachments: attachments.length,
    ...(schedule === undefined ? {} : { scheduleId, onBehalfOf: schedule.onBehalfOf }),
  }
  await recordAudit(tx, { actor, action: 'run.submit', subjectId: run.id, detail })
  return queued
}

async function submittedBefore(
  tx: Tx,
  { submission, hash, actor }: { submission: Submission; hash: string | null; actor: string },
): Promise<string | null> {
  const key = submission.idempotencyKey
  if (key === undefined) return null
  const first = await findByIdempotencyKey(tx, { key, actor })
  if (first === null) return null
  if (first.idempotency_hash === hash) return first.id
  throw hostlerError('idempotency_conflict', { key, runId: first.id })
}

function toNewRun(
  submission: Submission,
  given: { front: Acting; session: SessionRow; hash: string | null; parent: RunRow | null },
): NewRun {
  const { front, session, hash, parent } = given
  const { prompt, dependsOn } = submission
  const profile = profileIfKnown(front.context, session.profile)
  return {
    id: uuidV7(),
    prompt: JSON.stringify(prompt),
    prompt_text: promptExcerpt(prompt),
    prompt_id: randomUUID(),
    slash_commands: submission.slashCommands ?? 'literal',
    options: JSON.stringify(submission.options ?? {}),
    labels: JSON.stringify(submission.labels ?? {}),
    // A parent that waits is as urgent as what it waits for.
    priority: submission.priority ?? parent?.priority ?? 0,
    delayMs: submission.delayMs ?? 0,
    on_busy: submission.onBusy ?? effectiveOnBusy(session, profile),
    idempotency_key: submission.idempotencyKey ?? null,
    idempotency_hash: hash,
    parent_run_id: submission.parentRunId ?? null,
    retry_of: null,
    on_dependency_failure: submission.onDependencyFailure ?? 'fail',
    ...(dependsOn === undefined ? {} : { dependsOn }),
    review: submission.review === true ? 1 : 0,
    submitted_by: front.actor,
  }
}
