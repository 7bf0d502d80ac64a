import type { Store } from '../store.ts'

/**
 * Whether the turn of a run is to end: it is cancelled or interrupted, or a later prompt of its session
 * wants its place at once.
 */
export async function readControl(
  store: Pick<Store, 'db' | 'now'>,
  runId: string,
): Promise<{ isEnded: boolean }> {
  const row = await store.db
    .selectFrom('runs as run')
    .select(['run.cancel_requested_at', 'run.interrupt_requested_at'])
    .select((eb) =>
      eb
        .selectFrom('runs as next')
        .select('next.id')
        .whereRef('next.session_id', '=', 'run.session_id')
        .where('next.state', '=', 'queued')
        .where('next.on_busy', '=', 'interrupt')
        .where('next.ready_at', '<=', store.now())
        .limit(1)
        .as('interrupting'),
    )
    .where('run.id', '=', runId)
    .executeTakeFirst()
  if (row === undefined) return { isEnded: true }
  const { cancel_requested_at: cancelled, interrupt_requested_at: interrupted, interrupting } = row
  return { isEnded: cancelled !== null || interrupted !== null || interrupting !== null }
}
