import { sql } from 'kysely'
import type { Store } from '../store.ts'
import type { Lease } from './lease.ts'
import { lockLease } from './lock-sessions.ts'

/**
 * Gives a session back without an end of its run, which is open to whoever claims it.
 * @throws lease_lost
 */
export async function releaseSession(
  store: Store,
  lease: Lease,
  { readyInMs = 0 }: { readyInMs?: number } = {},
): Promise<void> {
  await store.transact(async (tx) => {
    const session = await lockLease(tx, lease)
    await tx.db
      .updateTable('sessions')
      .set({
        owner: null,
        lease_until: null,
        ready_at: sql<number>`${tx.now()} + ${sql.lit(Math.round(readyInMs))}`,
      })
      .where('id', '=', session.id)
      .execute()
    tx.notify({ type: 'ready', pool: session.pool })
  })
}
