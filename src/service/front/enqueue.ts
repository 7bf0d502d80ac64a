import { hostlerError, type HostlerError } from '../../errors.ts'
import { enqueueRun, type NewRun } from '../../store/queue/enqueue-run.ts'
import { countOpen } from '../../store/runs/count-open.ts'
import { openRuns } from '../../store/runs/get-run.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import { findProfile } from './find-profile.ts'
import { interruptInTx } from './interrupt-run.ts'

/**
 * Puts a run into its session's queue, and does to the turn under way what the submitter wants.
 * @throws session_archived, not_found for a profile that has gone, not_accepting
 */
export async function enqueue(
  tx: Tx,
  context: ServiceContext,
  { session, run, by }: { session: SessionRow; run: NewRun; by: string },
): Promise<RunRow> {
  if (session.state === 'archived') throw hostlerError('session_archived', { id: session.id })
  findProfile(context, session.profile)
  await assertAccepting(tx, context)
  const [current] = await openRuns(tx, session.id)
  const row = await enqueueRun(tx, { session, run })
  // One that is to start later leaves alone what is under way now.
  const isBusy = run.delayMs === 0 && (current?.state === 'running' || current?.state === 'waiting')
  if (isBusy && row.on_busy === 'interrupt') await interruptInTx(tx, { run: current, session, by })
  // Folding it into the turn is the lease holder's: it alone may write to the agent.
  if (isBusy && row.on_busy === 'steer') tx.notify({ type: 'control', sessionId: session.id })
  return row
}

async function assertAccepting(tx: Tx, context: ServiceContext): Promise<void> {
  const { maxOpenRuns } = context.configuration().limits
  if ((await countOpen(tx, { limit: maxOpenRuns })) < maxOpenRuns) return
  throw tooManyOpenRuns(maxOpenRuns)
}

/** Why nothing is taken while so many runs are open. */
export function tooManyOpenRuns(maxOpenRuns: number): HostlerError {
  return hostlerError('not_accepting', {
    problem: `${maxOpenRuns} runs are open`,
    cure: 'try again when some have ended, or raise limits.maxOpenRuns',
  })
}
