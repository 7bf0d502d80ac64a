import { sql } from 'kysely'
import type { Store } from '../store.ts'

/**
 * Lets the feed go on after a dump was restored in another PostgreSQL server, whose transaction ids are lower:
 * its old entries come first, whatever that server counts. Gives back how many it concerned.
 */
export async function adoptChanges(store: Store): Promise<number> {
  if (store.dialect === 'sqlite') return 0
  return await store.transact(async (tx) => {
    const { numAffectedRows } = await sql`
      update changes set tx = 0
      where tx >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`.execute(tx.db)
    return Number(numAffectedRows ?? 0)
  })
}
