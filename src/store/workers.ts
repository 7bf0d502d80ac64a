import type { Store } from './store.ts'
import type { WorkerRow } from './tables.ts'

/** A worker, with how many sessions it has and how long it has been silent. */
export type WorkerEntry = WorkerRow & { running: number; silent_ms: number }

/** All workers that are known, those that came last first. `silent_ms` is by the database's clock. */
export async function listWorkerRows(store: Store): Promise<WorkerEntry[]> {
  const rows = await store.db
    .selectFrom('workers')
    .selectAll()
    .select(store.now().as('now'))
    .select((eb) =>
      eb
        .selectFrom('sessions')
        .select((session) => session.fn.countAll<number>().as('running'))
        .whereRef('sessions.owner', '=', 'workers.id')
        .as('running'),
    )
    .orderBy('started_at', 'desc')
    .execute()
  return rows.map(({ now, running, ...row }) => ({
    ...row,
    running: running ?? 0,
    silent_ms: Math.max(0, now - row.heartbeat_at),
  }))
}
