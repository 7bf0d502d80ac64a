import { hostlerError, type HostlerError } from '../../errors.ts'
import { enqueueRun, type NewRun } from '../../store/queue/enqueue-run.ts'
import { aheadOf } from '../../store/runs/ahead-of.ts'
import { countOpen } from '../../store/runs/count-open.ts'
import { sessionLoads } from '../../store/sessions/session-load.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import type { Run } from '../contract/run.ts'
import { accountHolds } from '../accounts/account-holds.ts'
import { assertMayRun } from './assert-may-run.ts'
import { interruptInTx } from './interrupt-run.ts'
import { readRun } from './read-runs.ts'
import { toRun } from './to-run.ts'

/**
 * Puts a run into its session's queue, and does to the turn under way what the submitter wants.
 * @throws session_archived, session_quarantined, account_refused, not_found for a profile that has gone,
 *   not_accepting
 */
export async function enqueue(
  tx: Tx,
  context: ServiceContext,
  { session, run, by }: { session: SessionRow; run: NewRun; by: string },
): Promise<Run> {
  await assertMayRun(tx, context, session)
  await assertAccepting(tx, context)
  const load = (await sessionLoads(tx, [session.id])).get(session.id)
  const { current = null, queued = 0 } = load ?? {}
  const row = await enqueueRun(tx, { session, run })
  // One that is to start later leaves alone what is under way now.
  if (current !== null && run.delayMs === 0 && row.open_dependencies === 0) {
    if (run.on_busy === 'interrupt') {
      await interruptInTx(tx, context, { run: current, session, by })
    }
    // Folding it into the turn is the lease holder's: it alone may write to the agent.
    if (run.on_busy === 'steer') tx.notify({ type: 'control', sessionId: session.id })
  }
  if (run.dependsOn !== undefined) return await readRun(context, row.id, { reader: tx })
  // Of those that are queued, some may wait for other runs, and let this one pass.
  const isFirst = queued === 0 && current === null
  const ahead = isFirst ? 0 : ((await aheadOf(tx, [row.id])).get(row.id) ?? 0)
  const held = (await accountHolds(context, { reader: tx })).get(session.profile) ?? null
  return toRun(row, { sessionKey: session.key, ahead, attempts: [], held, dependsOn: [] })
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
