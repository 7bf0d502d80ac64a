import { enqueueDelivery } from '../../store/outbox.ts'
import { endRun } from '../../store/queue/end-run.ts'
import { findOpenRun } from '../../store/queue/find-open-run.ts'
import { lockSessions, type LockedSession } from '../../store/queue/lock-sessions.ts'
import { makeReady } from '../../store/queue/make-ready.ts'
import { findParentSession, wakeSession } from '../../store/queue/wake.ts'
import { markDelivered } from '../../store/request-answers.ts'
import type { Tx } from '../../store/store.ts'
import type { RequestRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import { tellRunEnded } from '../deliver/tell-run-ended.ts'
import { observeRunEnd } from '../observe-run-end.ts'
import type { RequestAnswer } from '../contract/request.ts'
import { parseOutcome } from './parse-outcome.ts'

/** Locks the session of a request, and that of its run's parent where its answer may end the run. */
export async function lockForAnswer(
  tx: Tx,
  { session_id: sessionId, run_id: runId, origin }: RequestRow,
): Promise<LockedSession | undefined> {
  const parentId = origin === 'review' ? await findParentSession(tx, runId) : null
  const locked = await lockSessions(tx, parentId === null ? [sessionId] : [sessionId, parentId])
  return locked.get(sessionId)
}

/** A result that is accepted stands, with all that follows; one that is sent back is gone on with. */
export async function settleReview(
  tx: Tx,
  context: ServiceContext,
  given: { session: LockedSession; request: RequestRow; answer: RequestAnswer },
): Promise<void> {
  const { session, request, answer } = given
  if (!('behavior' in answer) || answer.behavior === 'deny') {
    await wakeSession(tx, session.id)
    return
  }
  const run = await findOpenRun(tx, { id: request.run_id, sessionId: session.id })
  const outcome = parseOutcome(run.outcome) ?? 'agent_error'
  await markDelivered(tx, request.id)
  const ended = await endRun(tx, {
    session,
    run,
    end: {
      state: outcome === 'ok' ? 'succeeded' : 'failed',
      outcome,
      text: run.text ?? '',
      error: run.error === null ? null : JSON.parse(run.error),
      transcriptBytes: run.transcript_bytes,
      ...(run.structured_output === null
        ? {}
        : { structuredOutput: JSON.parse(run.structured_output) }),
    },
  })
  for (const delivery of tellRunEnded(context.configuration().webhooks, { run: ended, session })) {
    await enqueueDelivery(tx, delivery)
  }
  tx.afterCommit(() => observeRunEnd(context, { run: ended, session }))
  await makeReady(tx, session)
}
