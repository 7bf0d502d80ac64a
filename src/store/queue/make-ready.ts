import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import { openStates } from './find-open-run.ts'
import type { LockedSession } from './lock-sessions.ts'

/**
 * Gives a locked session no owner, and the time and priority that follow from what is open in it: a run
 * under way holds it, until it may go on; else the queued ones, the first that is due. Its priority is
 * the highest of all of them, so that an urgent run is not held up by those before it.
 */
export async function makeReady(tx: Tx, session: LockedSession): Promise<void> {
  const open = await summarizeOpen(tx, session.id)
  const readyAt = await findReadyAt(tx, session, open)
  await tx.db
    .updateTable('sessions')
    .set({
      owner: null,
      lease_until: null,
      ready_at: readyAt,
      priority: open.priority ?? 0,
      updated_at: session.now,
    })
    .where('id', '=', session.id)
    .execute()
  if (readyAt !== null) tx.notify({ type: 'ready', pool: session.pool })
}

type Open = { priority: number | null; underWay: number; first: number | null }

/** Of the runs that have not ended: the highest priority, and when the first that is queued is due. */
async function summarizeOpen(tx: Tx, sessionId: string): Promise<Open> {
  return await tx.db
    .selectFrom('runs')
    .select((eb) => [
      eb.fn.max<number | null>('priority').as('priority'),
      eb.fn.countAll<number>().filterWhere('state', '!=', 'queued').as('underWay'),
      eb.fn
        .min<number | null>('ready_at')
        .filterWhere('state', '=', 'queued')
        // One that waits for others is not to be had at any time: it is told when it is due.
        .filterWhere('open_dependencies', '=', 0)
        .as('first'),
    ])
    .where('session_id', '=', sessionId)
    .where('state', 'in', openStates)
    .executeTakeFirstOrThrow()
}

async function findReadyAt(
  tx: Tx,
  { id, now, quarantined_at: quarantinedAt }: LockedSession,
  { underWay, first }: Open,
): Promise<number | null> {
  const current = underWay === 0 ? null : await findCurrentRun(tx, id)
  if (current !== null && (await mayGoOn(tx, current))) return now
  if (quarantinedAt !== null) return null
  if (current !== null) return current.waiting_on === 'time' ? current.waiting_until : null
  // Not before now, even if it has been due for long: other sessions get their turn, and the worker
  // that has the agent gets its head start.
  return first === null ? null : Math.max(first, now)
}

/** The run under way in a session, or null. */
export async function findCurrentRun(tx: Tx, sessionId: string): Promise<RunRow | null> {
  const row = await tx.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['running', 'waiting'])
    .executeTakeFirst()
  return row ?? null
}

/** Whether a run under way has nothing to wait for, or its wait is over. */
async function mayGoOn(tx: Tx, run: RunRow): Promise<boolean> {
  if (run.state === 'running' || run.cancel_requested_at !== null) return true
  switch (run.waiting_on) {
    case 'children':
      return !(await hasOpenChild(tx, run.id))
    case 'human':
      return !(await hasOpenRequest(tx, run.id))
    case 'time':
      return run.waiting_until === null
    case null:
      return true
    default:
      return run.waiting_on satisfies never
  }
}

/** Whether any child of a run has not ended. */
export async function hasOpenChild(tx: Tx, runId: string): Promise<boolean> {
  const child = await tx.db
    .selectFrom('runs')
    .select('id')
    .where('parent_run_id', '=', runId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .limit(1)
    .executeTakeFirst()
  return child !== undefined
}

async function hasOpenRequest(tx: Tx, runId: string): Promise<boolean> {
  const request = await tx.db
    .selectFrom('requests')
    .select('id')
    .where('run_id', '=', runId)
    .where('state', '=', 'open')
    .limit(1)
    .executeTakeFirst()
  return request !== undefined
}
