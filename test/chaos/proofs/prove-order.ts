import type { EventRow, RunRow } from '../../../src/store/tables.ts'
import type { Facts } from './facts.ts'

/** In each session one run at a time, the first that is due before the others, and no end without a cause. */
export function proveOrder({ sessions, runs, events }: Facts): string[] {
  const byId = new Map(runs.map((run) => [run.id, run]))
  return sessions.flatMap(({ id }) => {
    const own = events.filter((event) => event.session_id === id)
    return [...proveSession(own, byId), ...proveNumbers(own)]
  })
}

function proveSession(events: readonly EventRow[], runs: Map<string, RunRow>): string[] {
  const problems: string[] = []
  const queued = new Map<string, RunRow>()
  let current: string | null = null
  for (const { type, run_id: runId, seq } of events) {
    const run = runs.get(runId ?? '')
    if (run === undefined) continue
    if (type === 'run_queued') queued.set(run.id, run)
    else if (type === 'run_started') {
      if (current !== null && current !== run.id) {
        problems.push(`seq ${seq}: run ${run.id} began while ${current} was under way`)
      }
      current = run.id
      queued.delete(run.id)
      for (const other of queued.values()) {
        if (isBefore(other, run)) {
          problems.push(`seq ${seq}: ${run.prompt_text} overtook ${other.prompt_text}`)
        }
      }
    } else if (type === 'run_ended') {
      queued.delete(run.id)
      if (current === run.id) current = null
    }
  }
  return problems
}

function isBefore(one: RunRow, other: RunRow): boolean {
  return (
    one.ready_at < other.ready_at ||
    (one.ready_at === other.ready_at && one.ordinal < other.ordinal)
  )
}

function proveNumbers(events: readonly EventRow[]): string[] {
  const wrong = events.find(({ seq }, index) => seq !== index + 1)
  return wrong === undefined ? [] : [`session ${wrong.session_id}: a gap before seq ${wrong.seq}`]
}
