import { hostlerError } from '../../errors.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { findRun } from './find-run.ts'

/**
 * The parent of a run that is submitted. Refuses one that is not there, or that its child would be queued
 * behind for ever.
 */
export async function assertParent(
  tx: Tx,
  parentRunId: string | undefined,
  session: SessionRow,
): Promise<RunRow | null> {
  if (parentRunId === undefined) return null
  const parent = await findRun(tx, parentRunId)
  if (parent.session_id !== session.id || parent.ended_at !== null) return parent
  throw hostlerError('invalid_input', {
    field: 'parentRunId',
    problem: `run ${parent.id} is open in this very session, and each would wait for the other`,
    cure: 'submit children to sessions of their own',
  })
}
