import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import type { RunRow } from '../../store/tables.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Run } from '../contract/run.ts'
import { cancelInTx } from './cancel-in-tx.ts'
import { change } from './change.ts'
import { findRun } from './find-run.ts'
import type { Front } from './front.ts'
import { readRun } from './read-runs.ts'

/**
 * Ends a run that is queued or parked at once, and one under way as soon as its turn is stopped. Doing it
 * twice changes nothing. @throws not_found, run_ended
 */
export async function cancelRun(front: Front, id: string, options: CallOptions = {}): Promise<Run> {
  const { actor, context } = front
  return await change(
    front,
    async (tx) => {
      const { id: runId } = await findRun(tx, id)
      const done = await cancelInTx(tx, context, { runId, by: actor })
      const run = await findRun(tx, id)
      if (done !== 'already') {
        await recordAudit(tx, { actor, action: 'run.cancel', subjectId: run.id })
      } else if (run.ended_at !== null) {
        throw runEnded(run)
      }
      return await readRun(context, run.id, { reader: tx })
    },
    options,
  )
}

function runEnded({ id, state }: RunRow): Error {
  if (state !== 'cancelled') {
    return hostlerError('run_ended', { id, state, cure: 'its result stands' })
  }
  return hostlerError('run_ended', { id, state: 'was cancelled', cure: 'nothing is left to do' })
}
