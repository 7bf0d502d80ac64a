import { recordChange } from './changes.ts'
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

/** A worker as it describes itself; `paths`: the folders of which it serves path workspaces. */
export type WorkerDescription = Pick<WorkerRow, 'id' | 'host' | 'pid' | 'version' | 'capacity'> & {
  pools: readonly string[]
  paths: readonly string[] | '*'
  profiles: readonly string[]
}

/** A worker is there, for the first time or again. */
export async function registerWorker(store: Store, worker: WorkerDescription): Promise<void> {
  await store.transact(async (tx) => {
    const row = {
      host: worker.host,
      pid: worker.pid,
      version: worker.version,
      pools: JSON.stringify(worker.pools),
      paths: JSON.stringify(worker.paths === '*' ? ['*'] : worker.paths),
      profiles: JSON.stringify(worker.profiles),
      capacity: worker.capacity,
      state: 'active',
      started_at: tx.now(),
      heartbeat_at: tx.now(),
      info: '{}',
    } as const
    await tx.db
      .insertInto('workers')
      .values({ id: worker.id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute()
    const change = { kind: 'worker', subjectId: worker.id, sessionId: null } as const
    await recordChange(tx, { ...change, data: { state: 'active' } })
  })
}

/** What a worker is about to do: `draining` ones take no more sessions, `stopped` ones are gone. */
export async function setWorkerState(
  store: Store,
  id: string,
  state: WorkerRow['state'],
): Promise<void> {
  await store.transact(async (tx) => {
    await tx.db.updateTable('workers').set({ state }).where('id', '=', id).execute()
    const change = { kind: 'worker', subjectId: id, sessionId: null } as const
    await recordChange(tx, { ...change, data: { state } })
  })
}
