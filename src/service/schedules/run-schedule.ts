import { recordAudit } from '../../store/audit.ts'
import { moveSchedule } from '../../store/schedules/due-schedules.ts'
import { insertFiring, settleFiring, trimFirings } from '../../store/schedules/firings.ts'
import { recordSchedule } from '../../store/schedules/schedule-rows.ts'
import type { Tx } from '../../store/store.ts'
import type { ScheduleRow } from '../../store/tables.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Run } from '../contract/run.ts'
import { change } from '../front/change.ts'
import type { Acting } from '../front/front.ts'
import { parseSubmission } from '../front/parse-submission.ts'
import { prepareTarget, sessionOf } from '../front/submission-target.ts'
import { addRun } from '../front/submit-run.ts'
import { toDueSubmission } from './due-submission.ts'
import { findSchedule, findScheduleToChange } from './find-schedule.ts'

/**
 * Submits what a schedule does, now: whether it is paused, and whatever is open of it. Its own times
 * stay as they are. @throws not_found, and all that a submission may be refused with
 */
export async function runSchedule(
  front: Acting,
  id: string,
  options: CallOptions = {},
): Promise<Run> {
  const { context, actor } = front
  const seen = await findSchedule(context.store, id)
  const at = betweenSeconds(context.store.clock())
  const { submission, target } = parseSubmission(
    toDueSubmission(JSON.parse(seen.submission), at),
    context.configuration().server,
  )
  const prepared = await prepareTarget(front, { submission, target })
  return await change(
    front,
    async (tx) => {
      const row = await findScheduleToChange(tx, seen.id)
      const notedAt = await noteTime(tx, row, { at, reason: `run now by ${actor}` })
      const session = await sessionOf(tx, prepared, { actor })
      const schedule = { id: row.id, onBehalfOf: row.created_by }
      const run = await addRun(tx, front, { session, submission, schedule })
      const time = { scheduleId: row.id, at: notedAt }
      await settleFiring(tx, time, { what: 'run', run_id: run.id, reason: `run now by ${actor}` })
      const last = { at: notedAt, runId: run.id }
      const moved = await moveSchedule(tx, row.id, { nextAt: row.next_at, last })
      await trimFirings(tx, row.id)
      await recordSchedule(tx, moved, moved.state)
      const detail = { name: row.name, runId: run.id }
      await recordAudit(tx, { actor, action: 'schedule.run', subjectId: row.id, detail })
      return run
    },
    options,
  )
}

/** Two in one millisecond are two. */
async function noteTime(
  tx: Tx,
  { id }: ScheduleRow,
  { at, reason }: { at: number; reason: string },
): Promise<number> {
  for (let free = at; ; free = betweenSeconds(free + 1)) {
    if (await insertFiring(tx, { schedule_id: id, at: free, what: 'run', reason })) return free
  }
}

/** Whole seconds are the cron line's: one that is taken would not be fired any more. */
function betweenSeconds(at: number): number {
  return at % 1000 === 0 ? at + 1 : at
}
