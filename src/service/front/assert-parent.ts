import { hostlerError } from '../../errors.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import { findRun } from './find-run.ts'

/** Refuses a parent that is not there, or that its child would be queued behind for ever. */
export async function assertParent(
  tx: Tx,
  parentRunId: string | undefined,
  session: SessionRow,
): Promise<void> {
  if (parentRunId === undefined) return
  const parent = await findRun(tx, parentRunId)
  if (parent.session_id !== session.id || parent.ended_at !== null) return
  throw hostlerError('invalid_input', {
    field: 'parentRunId',
    problem: `run ${parent.id} is open in this very session, and each would wait for the other`,
    cure: 'submit children to sessions of their own',
  })
}
