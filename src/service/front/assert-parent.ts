import { hostlerError } from '../../errors.ts'
import { lockParent } from '../../store/runs/open-children.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { notFound } from './not-found.ts'

/**
 * The parent of a run that is submitted. Refuses one that is not there, that is being cancelled with its
 * children, or that its child would be queued behind for ever.
 */
export async function assertParent(
  tx: Tx,
  parentRunId: string | undefined,
  session: SessionRow,
): Promise<RunRow | null> {
  if (parentRunId === undefined) return null
  const parent = await lockParent(tx, parentRunId)
  if (parent === null) throw notFound('run', parentRunId)
  if (parent.ended_at !== null) return parent
  if (parent.cancel_requested_at !== null) {
    throw hostlerError('invalid_input', {
      field: 'parentRunId',
      problem: `run ${parent.id} is being cancelled, and its children with it`,
      cure: 'submit it without a parent',
    })
  }
  if (parent.session_id !== session.id) return parent
  throw hostlerError('invalid_input', {
    field: 'parentRunId',
    problem: `run ${parent.id} is open in this very session, and each would wait for the other`,
    cure: 'submit children to sessions of their own',
  })
}
