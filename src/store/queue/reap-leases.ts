import type { ExpressionWrapper, ExpressionBuilder, SqlBool } from 'kysely'
import type { Store } from '../store.ts'
import type { Tables } from '../tables.ts'

/** Takes sessions from holders whose leases have run out; returns their ids. */
export async function reapLeases(store: Store): Promise<string[]> {
  // Seen without a transaction that writes, as mostly there is none.
  const late = await store.db
    .selectFrom('sessions')
    .select('id')
    .where('owner', 'is not', null)
    .where('lease_until', '<', store.now())
    .orderBy('lease_until')
    .limit(1)
    .executeTakeFirst()
  if (late === undefined) return []
  return await release(store, (eb, now) => eb('lease_until', '<', now))
}

/** Takes back what a former process of this worker has held; returns the sessions' ids. */
export async function releaseOwned(store: Store, workerId: string): Promise<string[]> {
  return await release(store, (eb) => eb('owner', '=', workerId))
}

type Which = (
  eb: ExpressionBuilder<Tables, 'sessions'>,
  now: ReturnType<Store['now']>,
) => ExpressionWrapper<Tables, 'sessions', SqlBool>

/** The fence stays: the next claim raises it, and until then the owner tells that the lease is over. */
async function release(store: Store, which: Which): Promise<string[]> {
  return await store.transact(async (tx) => {
    const rows = await tx.db
      .updateTable('sessions')
      .set({ owner: null, lease_until: null, ready_at: tx.now() })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('sessions')
          .select('id')
          .where('owner', 'is not', null)
          .where((inner) => which(inner, tx.now()))
          // A row that is locked is being settled or prolonged.
          .$if(tx.dialect === 'postgres', (query) => query.forUpdate().skipLocked()),
      )
      .returning(['id', 'pool'])
      .execute()
    for (const pool of new Set(rows.map((row) => row.pool))) tx.notify({ type: 'ready', pool })
    return rows.map(({ id }) => id)
  })
}
