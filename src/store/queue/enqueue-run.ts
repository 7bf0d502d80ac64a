import { hostlerError } from '../../errors.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { toStorableText } from '../storable-text.ts'
import type { Tx } from '../store.ts'
import type { RunRow, SessionRow } from '../tables.ts'
import { lockSession, type LockedSession } from './lock-sessions.ts'
import { recordRun } from './record-run.ts'

/** A run as it is submitted; the rest begins at nothing. */
export type NewRun = Pick<
  RunRow,
  | 'id'
  | 'prompt'
  | 'prompt_text'
  | 'prompt_id'
  | 'slash_commands'
  | 'options'
  | 'labels'
  | 'priority'
  | 'on_busy'
  | 'idempotency_key'
  | 'idempotency_hash'
  | 'parent_run_id'
  | 'retry_of'
  | 'submitted_by'
> &
  Partial<Pick<RunRow, 'depth' | 'schedule_id' | 'review' | 'on_dependency_failure'>> & {
    /** Not before so long from now. */
    delayMs: number
  }

/** Puts a run at the end of its session's queue. @throws not_found, session_archived */
export async function enqueueRun(
  tx: Tx,
  { session: { id }, run }: { session: Pick<SessionRow, 'id'>; run: NewRun },
): Promise<RunRow> {
  const session = await lockSession(tx, id)
  if (session.state === 'archived') throw hostlerError('session_archived', { id })
  const open = await countOpen(tx, id)
  const row = await insertRun(tx, { session, run })
  const sessionReadyAt = toReadyAt(session, { run: row, isHeld: open.underWay > 0 })
  const { retry_of: retryOf, ready_at: readyAt, prompt_text: prompt } = row
  await appendInTx(tx, id, {
    runId: row.id,
    events: [{ type: 'run_queued', prompt, ahead: open.all, readyAt, retryOf }],
    set: {
      next_ordinal: session.next_ordinal + 1,
      priority: open.all === 0 ? row.priority : Math.max(session.priority, row.priority),
      ready_at: sessionReadyAt,
    },
  })
  await recordRun(tx, row)
  if (sessionReadyAt !== session.ready_at) tx.notify({ type: 'ready', pool: session.pool })
  return row
}

/** Of a session that has a holder, the time is found when it is given back. */
function toReadyAt(
  session: LockedSession,
  { run, isHeld }: { run: RunRow; isHeld: boolean },
): number | null {
  if (session.owner !== null || isHeld) return session.ready_at
  return Math.min(session.ready_at ?? Infinity, run.ready_at)
}

async function countOpen(tx: Tx, sessionId: string): Promise<{ all: number; underWay: number }> {
  const rows = await tx.db
    .selectFrom('runs')
    .select((eb) => ['state', eb.fn.countAll<number>().as('count')])
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .groupBy('state')
    .execute()
  const sum = (found: typeof rows): number => found.reduce((all, { count }) => all + count, 0)
  return { all: sum(rows), underWay: sum(rows.filter(({ state }) => state !== 'queued')) }
}

async function insertRun(
  tx: Tx,
  { session, run }: { session: LockedSession; run: NewRun },
): Promise<RunRow> {
  const { delayMs, ...given } = run
  return await tx.db
    .insertInto('runs')
    .values({
      depth: 0,
      review: 0,
      on_dependency_failure: 'fail',
      open_dependencies: 0,
      children_cost_micros: 0,
      ...given,
      prompt_text: toStorableText(given.prompt_text),
      session_id: session.id,
      ordinal: session.next_ordinal,
      state: 'queued',
      ready_at: session.now + Math.max(0, Math.round(delayMs)),
      attempt_count: 0,
      cost_micros: 0,
      input_tokens: 0,
      output_tokens: 0,
      created_at: session.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
