import type { SelectQueryBuilder } from 'kysely'
import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'
import type { RequestRow, Tables } from './tables.ts'

/** Answers, and ends by time, that the agent has not got yet, in the order of the questions. */
export async function undeliveredAnswers(store: Reader, sessionId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['answered', 'expired'])
    .where('delivered', '=', 0)
    .orderBy('id')
    .execute()
}

/** The agent that asked has gone, and its successor asks the same again: it is the same request. */
export async function relinkRequest(
  tx: Tx,
  id: string,
  asked: { agentId: string; attemptId: string; controlId: string },
): Promise<void> {
  await tx.db
    .updateTable('requests')
    .set({
      agent_id: asked.agentId,
      attempt_id: asked.attemptId,
      control_id: asked.controlId,
      // An answer that the dead have been told is its successor's.
      delivered: 0,
    })
    .where('id', '=', id)
    .execute()
}

/** What a run has asked and its agent has not got an answer to, oldest first. */
export async function unsettledRequestsOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('run_id', '=', runId)
    .where('state', 'in', ['open', 'answered'])
    .where('delivered', '!=', 1)
    .orderBy('id')
    .execute()
}

/** What tools of hostler's have asked for a run and nobody has answered. */
export async function openCallsOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await callsOf(store, runId).where('state', '=', 'open').execute()
}

/** The same with those that were answered, or ended by time, without the agent being told. */
export async function pendingCallsOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await callsOf(store, runId)
    .where('state', '!=', 'withdrawn')
    .where('delivered', '=', 0)
    .execute()
}

function callsOf(
  { db }: Reader,
  runId: string,
): SelectQueryBuilder<Tables, 'requests', RequestRow> {
  return db
    .selectFrom('requests')
    .selectAll()
    .where('run_id', '=', runId)
    .where('origin', '=', 'tool')
}

/** All that a run has asked, and that was answered or ended by time without its agent being told. */
export async function untoldOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('run_id', '=', runId)
    .where('state', 'in', ['answered', 'expired'])
    .where('delivered', '=', 0)
    .orderBy('id')
    .execute()
}

/** Its agent is told in a prompt. Should it ask the same again, the answer still counts. */
export async function markTold(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await tx.db.updateTable('requests').set({ delivered: 2 }).where('id', 'in', ids).execute()
}

/** The agent has got the answer, or nobody is there any more who could take it. */
export async function markDelivered(tx: Tx, id: string): Promise<void> {
  await tx.db.updateTable('requests').set({ delivered: 1 }).where('id', '=', id).execute()
}
