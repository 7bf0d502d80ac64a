import { hostlerError } from '../../errors.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import { endRun } from './end-run.ts'
import { isOpen } from './find-open-run.ts'
import { lockSessions, type LockedSession } from './lock-sessions.ts'
import { makeReady } from './make-ready.ts'
import { findParentSession } from './wake.ts'

/**
 * Cancels a run. `ended`: it was queued, or parked, and is over. `requested`: an agent is at work on it,
 * and its holder, or the next one, is told to stop it. `already`: it was asked before, or has ended.
 * @throws not_found
 */
export async function setCancel(
  tx: Tx,
  runId: string,
  by: string,
): Promise<'ended' | 'requested' | 'already'> {
  const { session, run } = await lockRun(tx, runId)
  if (!isOpen(run)) return 'already'
  if (run.state === 'queued' || (await isParked(tx, { session, run }))) {
    const end = {
      state: 'cancelled',
      outcome: 'cancelled',
      text: run.text ?? '',
      error: null,
    } as const
    await noteCancel(tx, { session, run, by })
    await endRun(tx, { session, run, end })
    if (session.owner === null) await makeReady(tx, session)
    // It may have been claimed, and be waiting for its workspace.
    else tx.notify({ type: 'control', sessionId: session.id })
    return 'ended'
  }
  if (run.cancel_requested_at !== null) return 'already'
  await noteCancel(tx, { session, run, by })
  await appendInTx(tx, session.id, { runId, events: [{ type: 'run_cancelling', by }] })
  // Whoever takes it next finds its agent and stops it.
  if (session.owner === null) await makeReady(tx, session)
  tx.notify({ type: 'control', sessionId: session.id })
  return 'requested'
}

async function lockRun(tx: Tx, id: string): Promise<{ session: LockedSession; run: RunRow }> {
  const read = tx.db.selectFrom('runs').selectAll().where('id', '=', id)
  const sessionId = (await read.executeTakeFirst())?.session_id
  if (sessionId !== undefined) {
    const parentId = await findParentSession(tx, id)
    const locked = await lockSessions(tx, parentId === null ? [sessionId] : [sessionId, parentId])
    const session = locked.get(sessionId)
    // Again: it may have changed until its session was locked.
    const run = await read.executeTakeFirst()
    if (session !== undefined && run !== undefined) return { session, run }
  }
  throw hostlerError('not_found', { what: 'run', id, cure: 'it may have been deleted' })
}

/** It waits, nobody has it, and no agent of a former holder may still be there. */
async function isParked(
  tx: Tx,
  { session, run }: { session: LockedSession; run: RunRow },
): Promise<boolean> {
  if (run.state !== 'waiting' || session.owner !== null) return false
  const attempt = await tx.db
    .selectFrom('attempts')
    .select('id')
    .where('run_id', '=', run.id)
    .where('ended_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return attempt === undefined
}

async function noteCancel(
  tx: Tx,
  { session, run, by }: { session: LockedSession; run: RunRow; by: string },
): Promise<void> {
  await tx.db
    .updateTable('runs')
    .set({ cancel_requested_at: session.now, cancel_requested_by: by })
    .where('id', '=', run.id)
    .execute()
}
