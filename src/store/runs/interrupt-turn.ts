import type { Tx } from '../store.ts'

/** Asks the lease holder to end the turn under way. Asking again changes nothing. */
export async function interruptTurn(tx: Tx, runId: string): Promise<void> {
  await tx.db
    .updateTable('runs')
    .set({ interrupt_requested_at: tx.now() })
    .where('id', '=', runId)
    .where('interrupt_requested_at', 'is', null)
    .execute()
}
