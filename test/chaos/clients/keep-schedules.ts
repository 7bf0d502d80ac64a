import type { Hostler, NewSchedule } from '../../../src/client/index.ts'
import { codeOf, untilReached } from './reach.ts'

/** A turn that is done before the next is due, one that mostly is not, and one that is in the way of its next. */
const schedules: readonly NewSchedule[] = [
  {
    name: 's1',
    cron: '*/3 * * * * *',
    overlap: 'skip',
    missed: 'all',
    submission: { key: 'chaos/s1', prompt: 's1 reply 600' },
  },
  {
    name: 's2',
    cron: '*/10 * * * * *',
    overlap: 'queue',
    missed: 'all',
    submission: { key: 'chaos/s2/{at}', prompt: 's2 reply 200' },
  },
  {
    name: 's3',
    cron: '*/6 * * * * *',
    overlap: 'replace',
    missed: 'all',
    submission: { key: 'chaos/s3', prompt: 's3 stream 7000' },
  },
]

/** Makes the schedules of the mix. */
export async function makeSchedules(hostler: Hostler, signal: AbortSignal): Promise<void> {
  for (const schedule of schedules) {
    try {
      await untilReached(signal, () => hostler.schedules.create(schedule, { signal }))
    } catch (error) {
      // The answer to the first try was lost.
      if (codeOf(error) !== 'name_taken') throw error
    }
  }
}

/** Nothing more is due then. */
export async function pauseSchedules(hostler: Hostler, signal: AbortSignal): Promise<void> {
  for (const { name } of schedules) {
    await untilReached(signal, () =>
      hostler.schedules.update(`name:${name}`, { paused: true }, { signal }),
    )
  }
}
