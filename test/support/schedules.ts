import type { Firing, NewSchedule, Schedule } from '../../src/index.ts'
import type { Hostler } from '../../src/service/contract/hostler.ts'
import type { Store } from '../../src/store/store.ts'

export const secondMs = 1000
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** Time that a test moves. */
export type SimulatedClock = { at: number; clock: () => number }

export function simulatedClock(at: number): SimulatedClock {
  const simulated = { at, clock: () => simulated.at }
  return simulated
}

/** A schedule whose runs have a session each. */
export function newSchedule(schedule: Partial<NewSchedule> = {}): NewSchedule {
  const name = schedule.name ?? 'nightly'
  return {
    name,
    cron: '30 2 * * *',
    submission: { key: `${name}/{at}`, prompt: 'tidy up' },
    ...schedule,
  }
}

/** All that became of a schedule's times, the first one first. */
export async function firingsOf(
  hostler: Hostler,
  schedule: Pick<Schedule, 'id'>,
): Promise<Firing[]> {
  const all: Firing[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await hostler.schedules.firings(schedule.id, {
      limit: 200,
      ...(cursor === '' ? {} : { cursor }),
    })
    all.push(...page.items)
    cursor = page.next
  }
  return all.toReversed()
}

/** The runs that the database has of each schedule and time: what must be 1 for every firing. */
export async function countRuns(store: Store): Promise<{ firings: number; runs: number }> {
  const count = async (table: 'firings' | 'runs'): Promise<number> => {
    const rows = store.db.selectFrom(table).select((eb) => eb.fn.countAll<number>().as('count'))
    const { count: found } = await (
      table === 'runs' ? rows.where('schedule_id', 'is not', null) : rows.where('what', '=', 'run')
    ).executeTakeFirstOrThrow()
    return found
  }
  return { firings: await count('firings'), runs: await count('runs') }
}
