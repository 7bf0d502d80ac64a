import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { interruptTurn } from '../../store/runs/interrupt-turn.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Run } from '../contract/run.ts'
import type { ServiceContext } from '../context.ts'
import { cancelInTx } from './cancel-in-tx.ts'
import { change } from './change.ts'
import { findRunToChange } from './find-run.ts'
import type { Front } from './front.ts'
import { readRun } from './read-runs.ts'

/** Ends the turn of a run that has one. @throws not_found, run_not_running */
export async function interruptRun(
  front: Front,
  id: string,
  options: CallOptions = {},
): Promise<Run> {
  const { actor, context } = front
  return await change(
    front,
    async (tx) => {
      const { run, session } = await findRunToChange(tx, id)
      if (run.state !== 'running' && run.state !== 'waiting') {
        throw hostlerError('run_not_running', { id: run.id, state: run.state })
      }
      await interruptInTx(tx, context, { run, session, by: actor })
      await recordAudit(tx, { actor, action: 'run.interrupt', subjectId: run.id })
      return await readRun(context, run.id, { reader: tx })
    },
    options,
  )
}

/** A parked run has no turn to end, and nobody who would: it is cancelled in its place. */
export async function interruptInTx(
  tx: Tx,
  context: ServiceContext,
  { run, session, by }: { run: RunRow; session: SessionRow; by: string },
): Promise<void> {
  if (run.state === 'waiting' && session.owner === null) {
    await cancelInTx(tx, context, { runId: run.id, by })
    return
  }
  await interruptTurn(tx, run.id)
  tx.notify({ type: 'control', sessionId: session.id })
}
