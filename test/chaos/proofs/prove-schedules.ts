import { parseCron } from '../../../src/service/schedules/cron-times.ts'
import type { FiringRow, ScheduleRow } from '../../../src/store/tables.ts'
import type { Facts } from './facts.ts'

/** What is later than this would have been missed. */
const lateMs = 60_000

/** Each time of each schedule was seen to once: a run, a reason why there is none, or both noted as missed. */
export function proveSchedules(facts: Facts): string[] {
  return facts.schedules.flatMap((schedule) => {
    const own = facts.firings.filter(({ schedule_id: id }) => id === schedule.id)
    return [...proveTimes(schedule, own), ...proveRuns(facts, schedule, own)]
  })
}

function proveTimes(schedule: ScheduleRow, firings: readonly FiringRow[]): string[] {
  const { name, cron, timezone, created_at: from, updated_at: to } = schedule
  const first = firings[0]
  const last = firings.at(-1)
  if (first === undefined || last === undefined) {
    return to - from > lateMs ? [`${name} was never due`] : []
  }
  const times = parseCron(cron, timezone)
  const problems: string[] = []
  const [former = 0] = times.before(first.at - 1, 1)
  // Its first time was found before its row was written.
  if (former > from + 1000) problems.push(`${name} left out ${former}`)
  if (to - last.at > lateMs) problems.push(`${name} was seen to last at ${last.at}`)
  const seen = new Set(firings.map(({ at }) => at))
  if (seen.size !== firings.length) problems.push(`${name} fired twice at one time`)
  const missed = firings.filter(({ what }) => what === 'missed').map(({ at }) => at)
  for (let at = first.at; at < last.at; at = times.next(at) ?? last.at) {
    // Those after one that is noted as missed are in its line, until the next that is not.
    const noted = firings.findLast((firing) => firing.at <= at)
    if (!seen.has(at) && !missed.includes(noted?.at ?? 0)) problems.push(`${name} left out ${at}`)
  }
  return problems
}

function proveRuns(
  { runs }: Facts,
  { id, name }: ScheduleRow,
  firings: readonly FiringRow[],
): string[] {
  const made = runs.filter(({ schedule_id: scheduleId }) => scheduleId === id)
  const named = firings.flatMap(({ what, run_id: runId }) => (what === 'run' ? [runId] : []))
  const known = new Set<string | null>(made.map((run) => run.id))
  const isOne = named.length === made.length && new Set(named).size === named.length
  if (isOne && named.every((one) => known.has(one))) return []
  return [`${name} fired ${named.length} runs, and has ${made.length}`]
}
