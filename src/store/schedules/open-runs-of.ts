import type { Tx } from '../store.ts'

/** Runs of a schedule that have not ended, oldest first. */
export async function openRunsOf(
  tx: Tx,
  scheduleId: string,
): Promise<{ id: string; session_id: string }[]> {
  return await tx.db
    .selectFrom('runs')
    .select(['id', 'session_id'])
    .where('schedule_id', '=', scheduleId)
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .orderBy('id')
    .execute()
}
