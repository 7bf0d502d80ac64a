import { sql } from 'kysely'
import type { Store } from '../store.ts'

/**
 * Milliseconds until a session of these pools becomes ready by itself, or is no longer left to the worker
 * that has its agent; null: none will. Those that are ready for longer do not count, or whoever cannot
 * claim them would ask without end.
 */
export async function nextReadyIn(
  store: Store,
  pools: readonly string[],
  { homeGraceMs = 0 }: { homeGraceMs?: number } = {},
): Promise<number | null> {
  let soonest: number | null = null
  for (const pool of pools) {
    const times = [await findFirst(store, pool, { sinceMs: 0 })]
    if (homeGraceMs > 0) times.push(await findFirst(store, pool, { sinceMs: homeGraceMs }))
    for (const time of times) {
      if (time !== null) soonest = Math.min(soonest ?? time, time)
    }
  }
  return soonest
}

/** The first that has become, or becomes, ready later than so long ago, as time until then. */
async function findFirst(
  store: Store,
  pool: string,
  { sinceMs }: { sinceMs: number },
): Promise<number | null> {
  const row = await store.db
    .selectFrom('sessions')
    .select(['ready_at', store.now().as('now')])
    .where('pool', '=', pool)
    .where('owner', 'is', null)
    .where('ready_at', 'is not', null)
    .where('ready_at', '>', sql<number>`${store.now()} - ${sql.lit(sinceMs)}`)
    .orderBy('ready_at')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.ready_at === null) return null
  return Math.max(0, row.ready_at + (row.ready_at > row.now ? 0 : sinceMs) - row.now)
}
