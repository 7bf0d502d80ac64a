import { HostlerError } from '../../errors.ts'
import {
  lockDueSchedule,
  moveSchedule,
  type DueSchedule,
} from '../../store/schedules/due-schedules.ts'
import { insertFiring, settleFiring, trimFirings } from '../../store/schedules/firings.ts'
import { recordSchedule } from '../../store/schedules/schedule-rows.ts'
import type { Tx } from '../../store/store.ts'
import { toError } from '../../util/to-error.ts'
import type { ServiceContext } from '../context.ts'
import { change } from '../front/change.ts'
import { parseSubmission } from '../front/parse-submission.ts'
import { addRun } from '../front/submit-run.ts'
import { prepareTarget, sessionOf, type PreparedTarget } from '../front/submission-target.ts'
import type { Submission } from '../contract/run.ts'
import { clearTheWay } from './clear-the-way.ts'
import { parseCron } from './cron-times.ts'
import { describeMissed } from './describe-missed.ts'
import { toDueSubmission } from './due-submission.ts'
import { planFiring, onTimeMs, type FiringPlan } from './plan-firing.ts'
import { toPolicy } from './to-schedule.ts'

/** A time to fire, with what is submitted then. */
type Firing = { at: number; submission: Submission; prepared: PreparedTarget; isMadeUp: boolean }

/**
 * Deals with the first time of a schedule that is due, in one transaction, or with all those that were
 * missed before it. Any number of processes may try at once: one does it. What is refused is noted as
 * left out, and the schedule goes on. @returns whether it was this process
 */
export async function fireSchedule(context: ServiceContext, due: DueSchedule): Promise<boolean> {
  const { missed } = toPolicy(due)
  const times = parseCron(due.cron, due.timezone)
  const plan = planFiring(times, { dueAt: due.next_at, now: due.now, missed })
  const { fire } = plan
  const acting = { context, actor: `schedule:${due.name}` }
  const leaveOut = (reason: string | null): Promise<boolean> =>
    change(acting, (tx) =>
      move(tx, { due, plan }, async () => {
        if (fire !== null)
          await insertFiring(tx, { schedule_id: due.id, at: fire.at, what: 'skipped', reason })
        return null
      }),
    )
  if (fire === null) return await leaveOut(null)
  try {
    const { submission, target } = parseSubmission(
      toDueSubmission(JSON.parse(due.submission), fire.at),
      context.configuration().server,
    )
    const prepared = await prepareTarget(acting, { submission, target })
    const isMadeUp = fire.isLate && missed === 'all'
    const firing = { at: fire.at, submission, prepared, isMadeUp }
    return await change(acting, (tx) =>
      move(tx, { due, plan }, () => submitDue(tx, acting, { due, firing })),
    )
  } catch (error) {
    const reason = toRefusal(error, { isLate: due.now - fire.at > onTimeMs })
    if (reason === null) throw error
    context.log.warn({ schedule: due.name, at: fire.at, problem: reason }, 'a schedule was refused')
    return await leaveOut(reason)
  }
}

/** Locks a schedule, does what is due, and moves on to the next time. */
async function move(
  tx: Tx,
  { due, plan }: { due: DueSchedule; plan: FiringPlan },
  act: () => Promise<string | null>,
): Promise<boolean> {
  if ((await lockDueSchedule(tx, due)) === null) return false
  const { missed, fire, nextAt } = plan
  if (missed !== null) {
    const reason = describeMissed(missed)
    await insertFiring(tx, { schedule_id: due.id, at: missed.from, what: 'missed', reason })
  }
  const runId = await act()
  const last = runId === null || fire === null ? null : { at: fire.at, runId }
  const row = await moveSchedule(tx, due.id, { nextAt, last })
  await trimFirings(tx, due.id)
  await recordSchedule(tx, row, row.state)
  return true
}

/** @returns the run, or null when there is none at this time. */
async function submitDue(
  tx: Tx,
  acting: { context: ServiceContext; actor: string },
  { due, firing }: { due: DueSchedule; firing: Firing },
): Promise<string | null> {
  const { at, submission, prepared, isMadeUp } = firing
  const { actor } = acting
  // The clock may have gone back: a time that was fired is not fired again.
  if (!(await insertFiring(tx, { schedule_id: due.id, at, what: 'run', reason: null }))) return null
  const { overlap } = toPolicy(due)
  const time = { scheduleId: due.id, at }
  const reason = await clearTheWay(tx, acting, {
    scheduleId: due.id,
    overlap: isMadeUp ? 'queue' : overlap,
    prepared,
  })
  if (reason !== null) {
    await settleFiring(tx, time, { what: 'skipped', run_id: null, reason })
    return null
  }
  const session = await sessionOf(tx, prepared, { actor })
  const schedule = { id: due.id, onBehalfOf: due.created_by }
  const { id: runId } = await addRun(tx, acting, { session, submission, schedule })
  await settleFiring(tx, time, { what: 'run', run_id: runId, reason: null })
  return runId
}

/** Why nothing is submitted; null: it may be otherwise in a moment. */
function toRefusal(error: unknown, { isLate }: { isLate: boolean }): string | null {
  if (!(error instanceof HostlerError)) return isLate ? toError(error).message : null
  const { code, message, cure } = error
  if (code === 'database_unavailable') return null
  return `${code}: ${message} (${cure})`
}
