import { hostlerError } from '../../errors.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { toStorableText } from '../storable-text.ts'
import type { Tx } from '../store.ts'
import type { RunRow, SessionRow } from '../tables.ts'
import { insertDependencies, isUnsettled, lockDependencies, never } from './dependencies.ts'
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
    /** Ids of runs that must have ended before. */
    dependsOn?: readonly string[]
  }

/**
 * Puts a run at the end of its session's queue. One that depends on others is not due before they have
 * ended, and holds up none of its session meanwhile. @throws not_found, session_archived
 */
export async function enqueueRun(
  tx: Tx,
  { session: { id }, run }: { session: Pick<SessionRow, 'id'>; run: NewRun },
): Promise<RunRow> {
  const session = await lockSession(tx, id)
  if (session.state === 'archived') throw hostlerError('session_archived', { id })
  const open = await countOpen(tx, id)
  const dependencies = await lockDependencies(tx, run.dependsOn ?? [])
  const policy = run.on_dependency_failure ?? 'fail'
  const unsettled = dependencies.filter((one) => isUnsettled(one, policy)).length
  const row = await insertRun(tx, { session, run, unsettled })
  await insertDependencies(tx, row, dependencies)
  const sessionReadyAt = toReadyAt(session, { run: row, isHeld: open.underWay > 0 })
  const { retry_of: retryOf, ready_at: readyAt, prompt_text: prompt } = row
  await appendInTx(tx, id, {
    runId: row.id,
    events: [{ type: 'run_queued', prompt, ahead: open.all - open.held, readyAt, retryOf }],
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
  if (session.owner !== null || isHeld || run.open_dependencies > 0) return session.ready_at
  if (session.quarantined_at !== null) return session.ready_at
  return Math.min(session.ready_at ?? Infinity, run.ready_at)
}

/** `held`: those that wait for other runs, and let later ones pass. */
async function countOpen(
  tx: Tx,
  sessionId: string,
): Promise<{ all: number; held: number; underWay: number }> {
  const rows = await tx.db
    .selectFrom('runs')
    .select((eb) => [
      'state',
      eb.fn.countAll<number>().as('count'),
      eb.fn.countAll<number>().filterWhere('open_dependencies', '>', 0).as('held'),
    ])
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .groupBy('state')
    .execute()
  const sum = (found: typeof rows): number => found.reduce((all, { count }) => all + count, 0)
  const queued = rows.find(({ state }) => state === 'queued')
  const all = sum(rows)
  return { all, held: queued?.held ?? 0, underWay: all - (queued?.count ?? 0) }
}

async function insertRun(
  tx: Tx,
  { session, run, unsettled }: { session: LockedSession; run: NewRun; unsettled: number },
): Promise<RunRow> {
  const { delayMs, dependsOn: _, ...given } = run
  const dueAt = session.now + Math.max(0, Math.round(delayMs))
  return await tx.db
    .insertInto('runs')
    .values({
      depth: 0,
      review: 0,
      on_dependency_failure: 'fail',
      open_dependencies: unsettled,
      not_before: unsettled > 0 ? dueAt : null,
      children_cost_micros: 0,
      ...given,
      prompt_text: toStorableText(given.prompt_text),
      session_id: session.id,
      ordinal: session.next_ordinal,
      state: 'queued',
      ready_at: unsettled > 0 ? never : dueAt,
      attempt_count: 0,
      cost_micros: 0,
      input_tokens: 0,
      output_tokens: 0,
      created_at: session.now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
