import type { RunRow } from '../../../src/store/tables.ts'
import type { Accepted } from '../clients/submit.ts'
import type { Facts } from './facts.ts'

/** A child that ends within this of its parent's cancel may have ended just before it. */
const slackMs = 1000

/** Runs that depend on others, and runs that others have made, went as those others did. */
export function proveRelations(facts: Facts, accepted: Accepted): string[] {
  const byId = new Map(facts.runs.map((run) => [run.id, run]))
  return [...proveDependents(facts, { byId, accepted }), ...proveChildren(facts, byId)]
}

function proveDependents(
  { runs, attempts, dependencies }: Facts,
  { byId, accepted }: { byId: Map<string, RunRow>; accepted: Accepted },
): string[] {
  const problems: string[] = []
  const began = new Map<string, number>()
  for (const { run_id: id, started_at: at } of attempts) {
    began.set(id, Math.min(began.get(id) ?? Infinity, at))
  }
  for (const run of runs) {
    const { id, prompt_text: prompt, state, outcome, on_dependency_failure: policy } = run
    const own = dependencies.filter(({ run_id: runId }) => runId === id)
    const planned = accepted.runs.get(id)?.after.length ?? own.length
    if (planned !== own.length) problems.push(`${prompt} depends on ${own.length} of ${planned}`)
    const others = own.flatMap(({ depends_on: other }) => byId.get(other) ?? [])
    const last = Math.max(...others.map(({ ended_at: at }) => at ?? Infinity))
    if ((began.get(id) ?? Infinity) < last)
      problems.push(`${prompt} began before its dependency ended`)
    const isBad = policy !== 'run' && others.some((other) => other.state !== 'succeeded')
    if (outcome === 'dependency_failed') {
      const wanted = policy === 'skip' ? 'cancelled' : 'failed'
      if (!isBad || state !== wanted)
        problems.push(`${prompt} is ${state}, with ${policy} of ${isBad}`)
    } else if (isBad && outcome !== 'cancelled') {
      problems.push(`${prompt} ended with ${outcome} after a dependency that failed`)
    }
  }
  return problems
}

function proveChildren({ runs }: Facts, byId: Map<string, RunRow>): string[] {
  return runs.flatMap((child) => {
    const parent = byId.get(child.parent_run_id ?? '')
    const at = parent?.cancel_requested_at ?? null
    if (child.parent_run_id !== null && parent === undefined) return [`${child.id} has no parent`]
    if (at === null || parent?.state !== 'cancelled') return []
    const wasOpen = child.created_at < at && (child.ended_at ?? Infinity) > at + slackMs
    return wasOpen && child.cancel_requested_at === null
      ? [`${child.prompt_text} went on when its parent ${parent.prompt_text} was cancelled`]
      : []
  })
}
