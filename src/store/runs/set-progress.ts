import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** Notes what a run's agent has reported last. `at` is epoch milliseconds. */
export async function setProgress(
  tx: Tx,
  runId: string,
  progress: { text: string; percent: number | null; at: number },
): Promise<RunRow> {
  return await tx.db
    .updateTable('runs')
    .set({ progress: JSON.stringify(progress) })
    .where('id', '=', runId)
    .returningAll()
    .executeTakeFirstOrThrow()
}
