import { hostlerError } from '../../errors.ts'
import { recordAudit } from '../../store/audit.ts'
import { getScheduleByName, insertSchedule } from '../../store/schedules/schedule-rows.ts'
import type { Tx } from '../../store/store.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { newScheduleSchema } from '../api-schema/schedule-schema.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { NewSchedule, Schedule } from '../contract/schedule.ts'
import { change } from '../front/change.ts'
import type { Acting } from '../front/front.ts'
import { checkSubmission, firstTime } from './check-schedule.ts'
import { toSchedule } from './to-schedule.ts'

/**
 * Makes a schedule, once it is known that what it submits would be taken now.
 * @throws invalid_input, invalid_prompt, not_found, session_archived, workspace_not_allowed, name_taken
 */
export async function createSchedule(
  front: Acting,
  input: NewSchedule,
  options: CallOptions = {},
): Promise<Schedule> {
  const { context, actor } = front
  const given = parseInput(newScheduleSchema, input, { name: 'schedule' })
  const { name, cron, timeZone = 'UTC', submission, overlap = 'skip', missed = 'last' } = given
  const firstAt = firstTime({ cron, timeZone }, { after: context.store.clock() })
  await checkSubmission(front, { submission, at: firstAt })
  const isPaused = given.paused === true
  return await change(
    front,
    async (tx) => {
      await assertNameIsFree(tx, { name, id: null })
      const row = await insertSchedule(tx, {
        id: uuidV7(),
        name,
        cron,
        timezone: timeZone,
        state: isPaused ? 'paused' : 'active',
        submission: JSON.stringify(submission),
        policy: JSON.stringify({ overlap, missed }),
        next_at: isPaused ? null : firstAt,
        created_by: actor,
      })
      const detail = { name, cron, timeZone }
      await recordAudit(tx, { actor, action: 'schedule.create', subjectId: row.id, detail })
      return toSchedule(row)
    },
    options,
  )
}

/** @throws name_taken when another schedule than `id` has it */
export async function assertNameIsFree(
  tx: Tx,
  { name, id }: { name: string; id: string | null },
): Promise<void> {
  const other = await getScheduleByName(tx, name)
  if (other === null || other.id === id) return
  throw hostlerError('name_taken', { what: 'schedule', name, id: other.id })
}
