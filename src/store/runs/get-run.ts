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

/** The run that a session was given last, or null. */
export async function newestRun(store: Reader, sessionId: string): Promise<RunRow | null> {
  const row = await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
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
