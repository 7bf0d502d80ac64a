import { hostlerError } from '../../errors.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** A run of a locked session that has not ended. @throws not_found, run_ended */
export async function findOpenRun(
  tx: Tx,
  { id, sessionId }: { id: string; sessionId: string },
): Promise<RunRow> {
  const run = await tx.db
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', id)
    .where('session_id', '=', sessionId)
    .executeTakeFirst()
  if (run === undefined) {
    throw hostlerError('not_found', { what: 'run', id, cure: 'it may have been deleted' })
  }
  if (isOpen(run)) return run
  const state = run.state === 'cancelled' ? 'was cancelled' : run.state
  throw hostlerError('run_ended', { id, state, cure: 'nothing to do' })
}

/** The states of runs that have not ended. */
export const openStates: readonly RunRow['state'][] = ['queued', 'running', 'waiting']

/** Whether a run has not ended. */
export function isOpen({ state }: Pick<RunRow, 'state'>): boolean {
  return openStates.includes(state)
}
