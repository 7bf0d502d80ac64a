import type { ServiceEvent } from '../../events/session-event.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import type { Store, Tx } from '../store.ts'
import type { AttemptRow, RunRow } from '../tables.ts'
import { saveAgent, type AgentStart } from './agents.ts'
import { findOpenRun } from './find-open-run.ts'
import type { Lease } from './lease.ts'
import { lockLease, type LockedSession } from './lock-sessions.ts'
import { recordRun } from './record-run.ts'

/** What is known of an attempt when it begins. */
export type BeginAttempt = {
  runId: string
  workerId: string
  attempt: {
    id: string
    agentId: string | null
    claudeSessionId: string | null
    /** Where its part of the agent's log begins, in bytes. */
    logFrom: number | null
  }
  agent?: Omit<AgentStart, 'workerId'>
  /** What is known of the session now; null: nothing new. */
  session?: { claudeSessionId?: string | null; cwd?: string; homeWorker?: string }
  /** What is told of it, by its number. */
  events: (number: number) => readonly ServiceEvent[]
}

/**
 * Begins the next attempt at a run, which is running then; its agent, if one is named, gets a row.
 * @throws lease_lost; run_ended when the run was cancelled since it was claimed
 */
export async function beginAttempt(
  store: Store,
  lease: Lease,
  begin: BeginAttempt,
): Promise<AttemptRow> {
  return await store.transact(async (tx) => {
    const session = await lockLease(tx, lease)
    const found = await findOpenRun(tx, { id: begin.runId, sessionId: session.id })
    const run = await toRunning(tx, { run: found, now: session.now })
    const attempt = await insertAttempt(tx, { session, run, begin })
    if (begin.agent !== undefined) {
      const { fence } = lease
      const start = { ...begin.agent, workerId: begin.workerId }
      await saveAgent(tx, start, { sessionId: session.id, fence, now: session.now })
    }
    const { claudeSessionId = null, cwd, homeWorker = begin.workerId } = begin.session ?? {}
    await tx.db
      .updateTable('sessions')
      .set({
        home_worker: homeWorker,
        updated_at: session.now,
        ...(claudeSessionId === null ? {} : { claude_session_id: claudeSessionId }),
        ...(cwd === undefined ? {} : { cwd }),
      })
      .where('id', '=', session.id)
      .execute()
    await appendInTx(tx, session.id, { runId: run.id, events: [...begin.events(attempt.number)] })
    await recordRun(tx, run)
    return attempt
  })
}

async function toRunning(tx: Tx, { run, now }: { run: RunRow; now: number }): Promise<RunRow> {
  return await tx.db
    .updateTable('runs')
    .set({
      state: 'running',
      waiting_on: null,
      waiting_until: null,
      waiting_reason: null,
      attempt_count: run.attempt_count + 1,
      started_at: run.started_at ?? now,
    })
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function insertAttempt(
  tx: Tx,
  { session, run, begin }: { session: LockedSession; run: RunRow; begin: BeginAttempt },
): Promise<AttemptRow> {
  const { id, agentId, claudeSessionId, logFrom } = begin.attempt
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
      claude_session_id: claudeSessionId,
      log_from: logFrom,
      started_at: session.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
