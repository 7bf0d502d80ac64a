import { hostlerError } from '../../errors.ts'
import type { HumanRequest } from '../../events/human-request.ts'
import { recordAudit } from '../../store/audit.ts'
import { wakeSession } from '../../store/queue/wake.ts'
import { closeRequest, getRequest, openRequestsOf } from '../../store/requests.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { grantRules } from '../../store/sessions/given-by-humans.ts'
import type { RequestRow } from '../../store/tables.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { RequestAnswer, StoredRequest } from '../contract/request.ts'
import { change } from './change.ts'
import { lockForAnswer, settleReview } from './settle-review.ts'
import { findRequest } from './find-request.ts'
import type { Front } from './front.ts'
import { parseRequestAnswer } from './parse-request-answer.ts'
import { notFound } from './not-found.ts'
import { toGrants } from '../permissions/granted-rules.ts'
import { toRequest } from './to-request.ts'

/**
 * Answers a request: of several who try at once, one does. The lease holder passes it on; a run that was
 * parked is claimed again for it. @throws not_found, invalid_input, request_not_open
 */
export async function answerRequest(
  front: Front,
  id: string,
  { answer: input, signal }: { answer: RequestAnswer } & CallOptions,
): Promise<StoredRequest> {
  const { actor } = front
  const grants = await grantsOf(front, id, input)
  return await change(
    front,
    async (tx) => {
      const row = await findRequest(tx, id)
      const session = await lockForAnswer(tx, row)
      if (session === undefined) throw notFound('request', id)
      const answer = parseRequestAnswer(row, input)
      const closed = await closeRequest(tx, row.id, { state: 'answered', answer, by: actor })
      const now = (await getRequest(tx, row.id)) ?? row
      if (closed === 'not open') throw notOpen(now)
      if (grants.length > 0) await grantRules(tx, session, grants)
      tx.notify({ type: 'control', sessionId: session.id })
      // A run that asked several things goes on when all of them are answered.
      const isLast = (await openRequestsOf(tx, row.run_id)).length === 0
      if (row.origin === 'review')
        await settleReview(tx, front.context, { session, request: row, answer })
      else if (isLast) await wakeSession(tx, session.id)
      const scope = grants.length > 0 ? { scope: 'session' } : {}
      const detail = { kind: row.kind, runId: row.run_id, answer: verdict(answer), ...scope }
      await recordAudit(tx, { actor, action: 'request.answer', subjectId: row.id, detail })
      return toRequest(now, session.key)
    },
    signal === undefined ? {} : { signal },
  )
}

// Before the transaction, as it looks at the disk where the CLI has offered no rule.
async function grantsOf(
  { context: { store, env } }: Front,
  id: string,
  input: RequestAnswer,
): Promise<string[]> {
  const row = await findRequest(store, id)
  const request: HumanRequest = JSON.parse(row.data)
  if (request.kind !== 'permission') return []
  const answer = parseRequestAnswer(row, input)
  const cwd = (await getSession(store, row.session_id))?.cwd ?? '/'
  return await toGrants(request, answer, { cwd, home: env['HOME'] ?? null })
}

function notOpen({ id, state, answered_by: by }: RequestRow): Error {
  const who = state === 'answered' && by !== null ? ` by ${by}` : ''
  return hostlerError('request_not_open', { id, how: `it was ${state}${who}` })
}

// What it says may be private; whether it allowed something must be known afterwards.
function verdict(answer: RequestAnswer): string {
  return 'behavior' in answer ? answer.behavior : answer.action
}
