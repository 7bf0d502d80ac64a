import { recordAudit } from '../../store/audit.ts'
import { insertFiring } from '../../store/schedules/firings.ts'
import { changeSchedule } from '../../store/schedules/schedule-rows.ts'
import type { Tx } from '../../store/store.ts'
import type { ScheduleRow } from '../../store/tables.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { scheduleChangeSchema } from '../api-schema/schedule-schema.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Schedule, ScheduleChange } from '../contract/schedule.ts'
import { change } from '../front/change.ts'
import type { Acting } from '../front/front.ts'
import { checkSubmission, firstTime } from './check-schedule.ts'
import { assertNameIsFree } from './create-schedule.ts'
import { findScheduleToChange } from './find-schedule.ts'
import { toPolicy, toSchedule } from './to-schedule.ts'

/**
 * Changes what is given, pauses, or resumes: times that pass meanwhile are not missed.
 * @throws not_found, invalid_input, invalid_prompt, session_archived, workspace_not_allowed, name_taken
 */
export async function updateSchedule(
  front: Acting,
  given: { id: string; input: ScheduleChange },
  options: CallOptions = {},
): Promise<Schedule> {
  const { context, actor } = front
  const wanted = parseInput(scheduleChangeSchema, given.input, { name: 'change' })
  const { submission } = wanted
  if (submission !== undefined) {
    await checkSubmission(front, { submission, at: context.store.clock() })
  }
  return await change(
    front,
    async (tx) => {
      const before = await findScheduleToChange(tx, given.id)
      if (wanted.name !== undefined) {
        await assertNameIsFree(tx, { name: wanted.name, id: before.id })
      }
      const values = { ...merge(before, wanted), next_at: nextAt(tx, before, wanted) }
      await noteLeftOut(tx, before, values)
      const row = await changeSchedule(tx, before.id, values)
      // The prompt may be long, and private.
      const detail = { ...wanted, ...(submission === undefined ? {} : { submission: 'changed' }) }
      await recordAudit(tx, { actor, action: 'schedule.update', subjectId: row.id, detail })
      return toSchedule(row)
    },
    options,
  )
}

function merge(
  before: ScheduleRow,
  wanted: ScheduleChange,
): Pick<ScheduleRow, 'name' | 'cron' | 'timezone' | 'state' | 'submission' | 'policy'> {
  const { name, cron, timeZone, submission, paused } = wanted
  const policy = toPolicy(before)
  const { overlap = policy.overlap, missed = policy.missed } = wanted
  return {
    name: name ?? before.name,
    cron: cron ?? before.cron,
    timezone: timeZone ?? before.timezone,
    state: paused === undefined ? before.state : paused ? 'paused' : 'active',
    submission: submission === undefined ? before.submission : JSON.stringify(submission),
    policy: JSON.stringify({ overlap, missed }),
  }
}

/** From now on, when it is due at other times than before. */
function nextAt(tx: Tx, before: ScheduleRow, wanted: ScheduleChange): number | null {
  const { cron, timezone: timeZone, state } = merge(before, wanted)
  const first = firstTime({ cron, timeZone }, { after: tx.clock() })
  if (state === 'paused') return null
  const isSame = cron === before.cron && timeZone === before.timezone && before.state === 'active'
  return isSame ? before.next_at : first
}

/** A time that had come, and that nobody has fired yet: it is accounted for. */
async function noteLeftOut(
  tx: Tx,
  before: ScheduleRow,
  after: Pick<ScheduleRow, 'next_at' | 'state'>,
): Promise<void> {
  const { id, next_at: at } = before
  if (at === null || at > tx.clock() || at === after.next_at) return
  const what = after.state === 'paused' ? 'paused' : 'changed'
  const reason = `the schedule was ${what} before this time was fired`
  await insertFiring(tx, { schedule_id: id, at, what: 'skipped', reason })
}
