import type { Hostler } from '../../src/service/contract/hostler.ts'
import type { Run } from '../../src/service/contract/run.ts'
import type { Schedule } from '../../src/service/contract/schedule.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { found, pageOf } from './fake-hostler-parts.ts'

/** Schedules that are kept in memory, and never due. */
export function fakeSchedules(
  schedules: Map<string, Schedule>,
  { submit }: { submit: (schedule: Schedule) => Promise<Run> },
): Hostler['schedules'] {
  const find = (id: string): Schedule =>
    found(
      schedules.get(id) ?? [...schedules.values()].find(({ name }) => `name:${name}` === id),
      'schedule',
      id,
    )
  return {
    async create({ name, cron, timeZone = 'UTC', submission, paused = false, ...policy }) {
      const schedule: Schedule = {
        id: uuidV7(),
        name,
        cron,
        timeZone,
        state: paused ? 'paused' : 'active',
        submission,
        overlap: policy.overlap ?? 'skip',
        missed: policy.missed ?? 'last',
        nextAt: paused ? [] : [Date.UTC(2031, 0, 1), Date.UTC(2031, 0, 2)],
        lastAt: null,
        lastRunId: null,
        createdBy: 'test',
        createdAt: Date.now(),
        updatedAt: Date.now(),
      }
      schedules.set(schedule.id, schedule)
      return schedule
    },
    get: async (id) => find(id),
    list: async (filter = {}, page) =>
      pageOf(
        [...schedules.values()].filter(({ state }) => state === (filter.state ?? state)),
        page,
      ),
    async update(id, { paused, ...change }) {
      const schedule = Object.assign(find(id), change)
      if (paused !== undefined) schedule.state = paused ? 'paused' : 'active'
      return schedule
    },
    delete: async (id) => void schedules.delete(find(id).id),
    run: async (id) => await submit(find(id)),
    firings: async (id, page) => {
      const { id: scheduleId } = find(id)
      const firing = { scheduleId, at: 1, firedAt: 2, runId: null, reason: 'r' }
      return pageOf([{ ...firing, what: 'skipped' }], page)
    },
  }
}
