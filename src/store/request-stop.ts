import type { Tx } from './store.ts'

/** Asks an agent's worker to end it. Asking again changes nothing. */
export async function requestStop(tx: Tx, agentId: string): Promise<void> {
  await tx.db
    .updateTable('agents')
    .set({ stop_requested_at: tx.now() })
    .where('id', '=', agentId)
    .where('stop_requested_at', 'is', null)
    .execute()
}
