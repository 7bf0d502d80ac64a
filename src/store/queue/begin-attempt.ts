import type { ServiceEvent } from '../../events/session-event.ts'
import { type NewChange, recordChange } from '../changes.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { reserveBudget, type Reservation } from '../money/reserve-budget.ts'
import { markTold } from '../request-answers.ts'
import type { Store, Tx } from '../store.ts'
import type { AttemptRow, RunRow } from '../tables.ts'
import { saveAgent, type AgentStart } from './agents.ts'
import { findOpenRun, openStates } from './find-open-run.ts'
import type { Lease } from './lease.ts'
import { lockLease, type LockedSession } from './lock-sessions.ts'
import { toRunChange } from './record-run.ts'

/** What is known of an attempt when it begins. */
export type BeginAttempt = {
  runId: string
  workerId: string
  attempt: {
    id: string
    agentId: string | null
    claudeSessionId: string | null
    /** The login that it uses, where it is known. */
    accountId?: string
    /** Where its part of the agent's log begins, in bytes. */
    logFrom: number | null
  }
  agent?: Omit<AgentStart, 'workerId'>
  /** What is known of the session now; null: nothing new. */
  session?: { claudeSessionId?: string | null; cwd?: string; homeWorker?: string }
  /** What the run goes on with from now on, in place of its prompt, and the requests that it tells of. */
  continuation?: { prompt: string | null; told: readonly string[] } | null
  /** What it may cost; null: nothing limits that. */
  reservation?: Reservation | null
  /** What is told of it, by its number. */
  events: (number: number) => readonly ServiceEvent[]
}

/**
 * Begins the next attempt at a run, which is running then; its agent, if one is named, gets a row.
 * @throws lease_lost; run_ended when the run was cancelled since it was claimed; what the reservation
 *   makes of money that is not there
 */
export async function beginAttempt(
  store: Store,
  lease: Lease,
  begin: BeginAttempt,
): Promise<AttemptRow> {
  return await store.transact(async (tx) => {
    const session = await lockLease(tx, lease)
    const run = await toRunning(tx, { begin, session })
    await markTold(tx, begin.continuation?.told ?? [])
    const attempt = await insertAttempt(tx, { session, run, begin })
    if (begin.reservation != null) {
      await reserveBudget(tx, begin.reservation, { attemptId: attempt.id, now: session.now })
    }
    const changes: NewChange[] = []
    if (begin.agent !== undefined) {
      const { fence } = lease
      const start = { ...begin.agent, workerId: begin.workerId }
      changes.push(await saveAgent(tx, start, { sessionId: session.id, fence, now: session.now }))
    }
    const { claudeSessionId = null, cwd, homeWorker = begin.workerId } = begin.session ?? {}
    await appendInTx(tx, session.id, {
      runId: run.id,
      events: [...begin.events(attempt.number)],
      set: {
        home_worker: homeWorker,
        ...(claudeSessionId === null ? {} : { claude_session_id: claudeSessionId }),
        ...(cwd === undefined ? {} : { cwd }),
      },
    })
    await recordChange(tx, ...changes, toRunChange(run))
    return attempt
  })
}

async function toRunning(
  tx: Tx,
  { begin, session }: { begin: BeginAttempt; session: LockedSession },
): Promise<RunRow> {
  const { runId: id, continuation = null } = begin
  const row = await tx.db
    .updateTable('runs')
    .set((eb) => ({
      state: 'running',
      waiting_on: null,
      waiting_until: null,
      waiting_reason: null,
      attempt_count: eb('attempt_count', '+', 1),
      ...(continuation === null ? {} : { continuation: toContinuation(continuation.prompt) }),
      started_at: eb.fn.coalesce('started_at', eb.val(session.now)),
    }))
    .where('id', '=', id)
    .where('session_id', '=', session.id)
    .where('state', 'in', openStates)
    .returningAll()
    .executeTakeFirst()
  // Says what is wrong with it.
  return row ?? (await findOpenRun(tx, { id, sessionId: session.id }))
}

async function insertAttempt(
  tx: Tx,
  { session, run, begin }: { session: LockedSession; run: RunRow; begin: BeginAttempt },
): Promise<AttemptRow> {
  const { id, agentId, accountId, claudeSessionId, logFrom } = begin.attempt
  return await tx.db
    .insertInto('attempts')
    .values({
      id,
      run_id: run.id,
      session_id: session.id,
      number: run.attempt_count,
      worker_id: begin.workerId,
      agent_id: agentId,
      fence: session.fence,
      account_id: accountId ?? null,
      claude_session_id: claudeSessionId,
      log_from: logFrom,
      started_at: session.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** As the run's row has it. */
export function toContinuation(prompt: string | null): string | null {
  return prompt === null ? null : JSON.stringify(prompt)
}
