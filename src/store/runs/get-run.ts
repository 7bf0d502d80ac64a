import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/** The run with this id, or null. */
export async function getRun(store: Reader, id: string): Promise<RunRow | null> {
  const query = store.db.selectFrom('runs').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The run that this actor submitted under this key, or null. */
export async function findByIdempotencyKey(
  store: Reader,
  { key, actor }: { key: string; actor: string },
): Promise<RunRow | null> {
  const row = await store.db
    .selectFrom('runs')
    .selectAll()
    .where('idempotency_key', '=', key)
    .where('submitted_by', '=', actor)
    .executeTakeFirst()
  return row ?? null
}

/** How many open runs of its session come before this one. */
export async function queuedBefore(store: Reader, runId: string): Promise<number> {
  const { count } = await store.db
    .selectFrom('runs')
    .innerJoin('runs as other', 'other.session_id', 'runs.session_id')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('runs.id', '=', runId)
    .where('other.state', 'in', ['queued', 'running', 'waiting'])
    .whereRef('other.ordinal', '<', 'runs.ordinal')
    .executeTakeFirstOrThrow()
  return count
}

/** The runs of a session that have not ended, in their order. */
export async function openRuns(store: Reader, sessionId: string): Promise<RunRow[]> {
  return await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .orderBy('ordinal')
    .execute()
}

/** The runs that a run submitted, oldest first. */
export async function childRuns(store: Reader, parentRunId: string): Promise<RunRow[]> {
  return await store.db
    .selectFrom('runs')
    .selectAll()
    .where('parent_run_id', '=', parentRunId)
    .orderBy('id')
    .execute()
}
