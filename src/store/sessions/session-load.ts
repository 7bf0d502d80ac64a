import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/** What a session has to do: the run under way or waiting, and how many are in its queue. */
export type SessionLoad = { current: RunRow | null; queued: number }

/** The load of each of these sessions. */
export async function sessionLoads(
  store: Reader,
  sessionIds: readonly string[],
): Promise<Map<string, SessionLoad>> {
  const loads = new Map<string, SessionLoad>(
    sessionIds.map((id) => [id, { current: null, queued: 0 }]),
  )
  if (sessionIds.length === 0) return loads
  const current = await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', 'in', sessionIds)
    .where('state', 'in', ['running', 'waiting'])
    .execute()
  const queued = await store.db
    .selectFrom('runs')
    .select((eb) => ['session_id', eb.fn.countAll<number>().as('count')])
    .where('session_id', 'in', sessionIds)
    .where('state', '=', 'queued')
    .groupBy('session_id')
    .execute()
  for (const run of current) {
    const load = loads.get(run.session_id)
    if (load !== undefined) load.current = run
  }
  for (const { session_id: id, count } of queued) {
    const load = loads.get(id)
    if (load !== undefined) load.queued = count
  }
  return loads
}
