import { enqueueDelivery, type NewDelivery } from '../outbox.ts'
import type { Store, Tx } from '../store.ts'
import type { RunDependenciesTable, RunRow, SessionRow } from '../tables.ts'
import { never } from './dependencies.ts'
import { endRun, type RunEnd } from './end-run.ts'
import { lockSessions, type LockedSession } from './lock-sessions.ts'
import { makeReady } from './make-ready.ts'
import { recordRun } from './record-run.ts'
import { findParentSession } from './wake.ts'

/** What an end has made of a run that depends on it. */
export type DependentEnd = { run: RunRow; session: SessionRow }

/** Runs of which something that they depend on has ended since it was last seen to. */
export async function dependentsToSettle(
  store: Pick<Store, 'db'>,
  { limit }: { limit: number },
): Promise<string[]> {
  const rows = await store.db
    .selectFrom('run_dependencies')
    .select('run_id')
    .distinct()
    .where('ended', 'is not', null)
    .orderBy('run_id')
    .limit(limit)
    .execute()
  return rows.map(({ run_id: id }) => id)
}

/**
 * Sees to what the ends of others mean for a run: it is due when the last one has succeeded, or it ends
 * as its policy says, which those that depend on it hear of in turn. Done twice it changes nothing.
 * Gives back the run when it has ended by this.
 */
export async function settleDependent(
  store: Store,
  runId: string,
  options: {
    /** What must reach somebody outside when the run has ended. */
    deliveries?: (ended: DependentEnd) => readonly NewDelivery[]
  } = {},
): Promise<DependentEnd | null> {
  return await store.transact(async (tx) => {
    const found = await lockRun(tx, runId)
    const news = await takeNews(tx, runId)
    if (found === null || found.run.state !== 'queued' || news.length === 0) return null
    const { session, run } = found
    const bad = run.on_dependency_failure === 'run' ? undefined : news.find(isBad)
    if (bad === undefined) {
      await countDown(tx, { session, run, by: news.length })
      return null
    }
    const ended = await endRun(tx, { session, run, end: endBecauseOf(run, bad) })
    await wake(tx, session)
    const end = { run: ended, session }
    for (const delivery of options.deliveries?.(end) ?? []) await enqueueDelivery(tx, delivery)
    return end
  })
}

async function lockRun(
  tx: Tx,
  id: string,
): Promise<{ session: LockedSession; run: RunRow } | null> {
  const read = tx.db.selectFrom('runs').selectAll().where('id', '=', id)
  const sessionId = (await read.executeTakeFirst())?.session_id
  if (sessionId === undefined) return null
  const parentId = await findParentSession(tx, id)
  const locked = await lockSessions(tx, parentId === null ? [sessionId] : [sessionId, parentId])
  const session = locked.get(sessionId)
  // Again: it may have changed until its session was locked.
  const run = await read.executeTakeFirst()
  return session === undefined || run === undefined ? null : { session, run }
}

type News = Pick<RunDependenciesTable, 'depends_on' | 'ended'>

async function takeNews(tx: Tx, runId: string): Promise<News[]> {
  const news = await tx.db
    .selectFrom('run_dependencies')
    .select(['depends_on', 'ended'])
    .where('run_id', '=', runId)
    .where('ended', 'is not', null)
    .orderBy('depends_on')
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .execute()
  if (news.length === 0) return []
  const ids = news.map((one) => one.depends_on)
  const taken = tx.db.updateTable('run_dependencies').set({ ended: null })
  await taken.where('run_id', '=', runId).where('depends_on', 'in', ids).execute()
  return news
}

function isBad({ ended }: News): boolean {
  return ended !== 'succeeded'
}

function endBecauseOf(run: RunRow, { depends_on: id, ended }: News): RunEnd {
  const how = ended === 'cancelled' ? 'was cancelled' : 'failed'
  return {
    state: run.on_dependency_failure === 'skip' ? 'cancelled' : 'failed',
    outcome: 'dependency_failed',
    text: '',
    error: {
      code: 'dependency_failed',
      message: `run ${id}, on which it depends, ${how}`,
      cure: `see to it: hostler show ${id}; then retry it, and this run after it`,
    },
  }
}

async function countDown(
  tx: Tx,
  { session, run, by }: { session: LockedSession; run: RunRow; by: number },
): Promise<void> {
  const left = Math.max(0, run.open_dependencies - by)
  const dueAt = Math.max(session.now, run.not_before ?? 0)
  const counted = await tx.db
    .updateTable('runs')
    .set({ open_dependencies: left, ready_at: left === 0 ? dueAt : never })
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (left > 0) return
  await recordRun(tx, counted)
  await wake(tx, session)
}

/** A holder looks at what is queued itself: it may be wanted in its turn, or in the place of it. */
async function wake(tx: Tx, session: LockedSession): Promise<void> {
  if (session.owner === null) await makeReady(tx, session)
  else tx.notify({ type: 'control', sessionId: session.id })
}
