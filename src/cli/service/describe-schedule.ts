import type { Firing, Schedule } from '../../client/index.ts'
import { clock } from '../clock.ts'
import type { Io } from '../io.ts'
import { safeLine } from '../terminal/safe-text.ts'
import { describePrompt } from './describe.ts'
import { joinPairs, printDetails, printHeading } from './details.ts'

/** A schedule, its next times in its own zone and here, and what became of the last ones. */
export function describeSchedule(
  schedule: Schedule,
  { io, firings }: { io: Io; firings: readonly Firing[] },
): void {
  const { submission } = schedule
  printDetails(io, {
    schedule: schedule.name,
    id: schedule.id,
    state: schedule.state,
    cron: `${schedule.cron} (${schedule.timeZone})`,
    'when busy': overlaps[schedule.overlap],
    missed: misses[schedule.missed],
    session: submission.key ?? submission.sessionId ?? null,
    profile: submission.profile ?? null,
    labels: joinPairs(submission.labels ?? {}),
    prompt: describePrompt(submission.prompt),
    'last run': schedule.lastRunId,
    'made by': schedule.createdBy,
    cure:
      schedule.state === 'paused' ? `it is paused: hostler schedule resume ${schedule.name}` : null,
  })
  if (schedule.nextAt.length > 0) {
    printHeading(io, 'next')
    for (const at of schedule.nextAt) {
      io.stdout.write(`${safeLine(inZones(at, schedule.timeZone))}\n`)
    }
  }
  if (firings.length > 0) {
    printHeading(io, 'last')
    for (const { at, what, runId, reason } of firings) {
      const text = [clock(at), what, runId, reason].filter((part) => part !== null).join(' ')
      io.stdout.write(`${safeLine(text)}\n`)
    }
  }
}

const overlaps: Readonly<Record<Schedule['overlap'], string>> = {
  skip: 'leave it out while an earlier run is open',
  queue: 'queue it',
  replace: 'cancel the earlier run',
}
const misses: Readonly<Record<Schedule['missed'], string>> = {
  skip: 'times that nothing ran at are left out',
  last: 'the last time that nothing ran at is made up for',
  all: 'all times that nothing ran at are made up for',
}

/** `2026-11-21 02:30:00 Europe/Berlin, here 2026-11-21 10:30:00 (Asia/Tokyo)`; once where it is the same. */
export function inZones(at: number, timeZone: string): string {
  const here = new Intl.DateTimeFormat().resolvedOptions().timeZone
  const there = inZone(at, timeZone)
  const local = inZone(at, here)
  if (there === local) return `${there} ${timeZone}`
  return `${there} ${timeZone}, here ${local} (${here})`
}

/** Swedes write times as ISO 8601 does. */
function inZone(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(at)
}
