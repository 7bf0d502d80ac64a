import type { Accepted } from '../clients/submit.ts'
import type { Facts } from './facts.ts'

/** How no run ends whose hostler was killed: its conversation is there, and an agent can be started. */
const unexpected: ReadonlySet<string | null> = new Set([
  'session_not_found',
  'spawn_failed',
  'protocol',
  'lost',
  // They are waited out.
  'rate_limited',
  'overloaded',
])

/** Every prompt that was accepted has reached exactly one end, and nothing else is there. */
export function proveEnds({ runs, events }: Facts, accepted: Accepted): string[] {
  const problems: string[] = []
  const known = new Map(runs.map((run) => [run.id, run]))
  for (const id of [...accepted.runs.keys(), ...accepted.retries]) {
    if (!known.has(id)) problems.push(`run ${id} was accepted, and is gone`)
  }
  const ends = new Map<string, number>()
  for (const { type, run_id: runId } of events) {
    if (type === 'run_ended' && runId !== null) ends.set(runId, (ends.get(runId) ?? 0) + 1)
  }
  for (const { id, state, outcome, ended_at: endedAt, prompt_text: prompt } of runs) {
    const told = ends.get(id) ?? 0
    if (told !== 1) problems.push(`run ${id} (${prompt}) has ${told} ends in its log`)
    if (endedAt === null || outcome === null) problems.push(`run ${id} (${prompt}) is ${state}`)
    if (unexpected.has(outcome)) problems.push(`run ${id} (${prompt}) ended with ${outcome}`)
  }
  const mayBe = accepted.runs.size + accepted.retries.length + accepted.doubtfulRetries
  // Those of schedules and of agents are counted elsewhere.
  const own = runs.filter((run) => run.schedule_id === null && run.depth === 0)
  if (own.length > mayBe) problems.push(`${own.length} runs, of ${mayBe} that were submitted`)
  return problems
}
