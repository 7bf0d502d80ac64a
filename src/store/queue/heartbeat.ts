import { sql } from 'kysely'
import type { Store } from '../store.ts'
import type { Lease } from './lease.ts'

export type Heartbeat = {
  workerId: string
  leaseMs: number
  /** What is shown of the worker: free memory and the like. */
  info?: Record<string, unknown>
  /**
   * The sessions that are being served. Others of this worker are not prolonged: it has got them in a
   * claim whose answer was lost, and would hold them for ever. Default: all that it has.
   */
  sessionIds?: readonly string[]
}

/** Prolongs a worker's leases; returns those that it still has, and no others. */
export async function heartbeat(store: Store, beat: Heartbeat): Promise<Lease[]> {
  const { workerId, leaseMs, info, sessionIds } = beat
  return await store.transact(async (tx) => {
    await tx.db
      .updateTable('workers')
      .set({
        heartbeat_at: tx.now(),
        ...(info === undefined ? {} : { info: JSON.stringify(info) }),
      })
      .where('id', '=', workerId)
      .execute()
    const rows = await tx.db
      .updateTable('sessions')
      .set({ lease_until: sql<number>`${tx.now()} + ${sql.lit(leaseMs)}` })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('sessions')
          .select('id')
          .where('owner', '=', workerId)
          .$if(sessionIds !== undefined, (query) =>
            sessionIds === undefined || sessionIds.length === 0
              ? query.where(sql<boolean>`false`)
              : query.where('id', 'in', sessionIds),
          )
          // In the order in which everybody locks sessions.
          .$if(tx.dialect === 'postgres', (query) => query.orderBy('id').forUpdate()),
      )
      .returning(['id', 'fence'])
      .execute()
    return rows.map(({ id, fence }) => ({ sessionId: id, fence }))
  })
}
