import type { Tx } from '../store.ts'
import { findCurrentRun, hasOpenChild } from './make-ready.ts'
import { lockSession } from './lock-sessions.ts'

/** An answer has come, or something else that a parked run waits for: its session may be claimed now. */
export async function wakeSession(tx: Tx, sessionId: string): Promise<void> {
  const session = await lockSession(tx, sessionId)
  // Its holder is told otherwise; and what is idle stays idle.
  if (session.owner !== null || (await findCurrentRun(tx, sessionId)) === null) return
  await tx.db
    .updateTable('sessions')
    .set({ ready_at: session.now })
    .where('id', '=', sessionId)
    .execute()
  tx.notify({ type: 'ready', pool: session.pool })
}

/**
 * Wakes the parent of a run that has ended when no other child is open. The parent's session must be
 * locked: of two children that end at once, the second then sees that the first has ended.
 */
export async function wakeParent(tx: Tx, parentRunId: string | null): Promise<void> {
  if (parentRunId === null || (await hasOpenChild(tx, parentRunId))) return
  const parent = await tx.db
    .selectFrom('runs')
    .select(['session_id', 'state', 'waiting_on'])
    .where('id', '=', parentRunId)
    .executeTakeFirst()
  if (parent?.state === 'waiting' && parent.waiting_on === 'children') {
    await wakeSession(tx, parent.session_id)
  }
}

/** The session of a run's parent: it never changes, so that it can be read before anything is locked. */
export async function findParentSession(tx: Tx, runId: string): Promise<string | null> {
  const row = await tx.db
    .selectFrom('runs')
    .innerJoin('runs as parent', 'parent.id', 'runs.parent_run_id')
    .select('parent.session_id')
    .where('runs.id', '=', runId)
    .executeTakeFirst()
  return row?.session_id ?? null
}
