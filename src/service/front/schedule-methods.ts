import { recordAudit } from '../../store/audit.ts'
import { listFirings } from '../../store/schedules/firings.ts'
import { listSchedules } from '../../store/schedules/list-schedules.ts'
import { deleteSchedule } from '../../store/schedules/schedule-rows.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { scheduleFilterSchema } from '../api-schema/schedule-schema.ts'
import type { Hostler } from '../contract/hostler.ts'
import { createSchedule } from '../schedules/create-schedule.ts'
import { findSchedule, findScheduleToChange } from '../schedules/find-schedule.ts'
import { runSchedule } from '../schedules/run-schedule.ts'
import { toSchedule } from '../schedules/to-schedule.ts'
import { updateSchedule } from '../schedules/update-schedule.ts'
import { change } from './change.ts'
import type { Front } from './front.ts'
import { parsePage } from './parse-page.ts'

/** What can be done with schedules. */
export function scheduleMethods(front: Front): Hostler['schedules'] {
  const { context, actor } = front
  const { store } = context
  return {
    create: (schedule, options) => createSchedule(front, schedule, options),
    get: async (id, { signal } = {}) => {
      signal?.throwIfAborted()
      return toSchedule(await findSchedule(store, id))
    },
    list: async (filter = {}, page = {}) => {
      const query = parseInput(scheduleFilterSchema, filter, { name: 'filter' })
      const { items, next } = await listSchedules(store, query, parsePage(page))
      return { items: items.map(toSchedule), next }
    },
    update: (id, input, options) => updateSchedule(front, { id, input }, options),
    delete: (id, options) =>
      change(
        front,
        async (tx) => {
          const row = await findScheduleToChange(tx, id)
          await deleteSchedule(tx, row)
          const { id: subjectId, name } = row
          await recordAudit(tx, { actor, action: 'schedule.delete', subjectId, detail: { name } })
        },
        options,
      ),
    run: (id, options) => runSchedule(front, id, options),
    firings: async (id, page = {}) => {
      const query = parsePage(page)
      const { items, next } = await listFirings(store, (await findSchedule(store, id)).id, query)
      return {
        items: items.map((row) => ({
          scheduleId: row.schedule_id,
          at: row.at,
          firedAt: row.fired_at,
          what: row.what,
          runId: row.run_id,
          reason: row.reason,
        })),
        next,
      }
    },
  }
}
