import type { Store } from '../store.ts'

/**
 * Milliseconds until the next session of these pools becomes ready by itself; null: none will. Those that
 * are ready already do not count, or whoever cannot claim them would ask without end.
 */
export async function nextReadyIn(store: Store, pools: readonly string[]): Promise<number | null> {
  if (pools.length === 0) return null
  const { now, next } = await store.db
    .selectFrom('sessions')
    .select((eb) => [store.now().as('now'), eb.fn.min<number | null>('ready_at').as('next')])
    .where('pool', 'in', pools)
    .where('owner', 'is', null)
    .where('ready_at', 'is not', null)
    .where('ready_at', '>', store.now())
    .executeTakeFirstOrThrow()
  return next === null ? null : Math.max(0, next - now)
}
