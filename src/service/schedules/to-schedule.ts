import type { ScheduleRow } from '../../store/tables.ts'
import type { Schedule } from '../contract/schedule.ts'
import { parseCron } from './cron-times.ts'

/** How a schedule treats times that are not free, or have passed, as its row has it. */
export type SchedulePolicy = Pick<Schedule, 'overlap' | 'missed'>

/** So many of the next times are told. */
const shownTimes = 5

export function toPolicy({ policy }: Pick<ScheduleRow, 'policy'>): SchedulePolicy {
  return JSON.parse(policy)
}

export function toSchedule(row: ScheduleRow): Schedule {
  const { next_at: nextAt, cron, timezone: timeZone } = row
  const later = nextAt === null ? [] : parseCron(cron, timeZone).following(nextAt, shownTimes - 1)
  return {
    id: row.id,
    name: row.name,
    cron,
    timeZone,
    state: row.state,
    submission: JSON.parse(row.submission),
    ...toPolicy(row),
    nextAt: nextAt === null ? [] : [nextAt, ...later],
    lastAt: row.last_at,
    lastRunId: row.last_run_id,
    createdBy: row.created_by,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}
