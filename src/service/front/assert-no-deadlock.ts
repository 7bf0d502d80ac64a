import { hostlerError } from '../../errors.ts'
import { awaitedRuns, withAncestors } from '../../store/runs/awaited-runs.ts'
import { findCurrentRun } from '../../store/queue/make-ready.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'

const atOnce = 200

/**
 * Refuses a child that could not end before its parent has, which may wait for it: one that depends on an
 * ancestor, or on a run that has to wait for one, such as by being queued behind it.
 * @throws invalid_input
 */
export async function assertNoDeadlock(
  tx: Tx,
  run: { parent: RunRow | null; dependsOn: readonly string[]; session: SessionRow },
): Promise<void> {
  const { parent, dependsOn, session } = run
  if (parent === null || parent.ended_at !== null) return
  const ancestors = new Set(await withAncestors(tx, parent.id))
  const current = await findCurrentRun(tx, session.id)
  const seen = new Set<string>()
  let next = [...dependsOn, ...(current === null ? [] : [current.id])]
  while (next.length > 0) {
    const found = next.find((id) => ancestors.has(id))
    if (found !== undefined) throw deadlock(found, { parent, isBehind: found === current?.id })
    for (const id of next) seen.add(id)
    const wider: string[] = []
    for (let from = 0; from < next.length; from += atOnce) {
      wider.push(...(await awaitedRuns(tx, next.slice(from, from + atOnce))))
    }
    next = [...new Set(wider)].filter((id) => !seen.has(id))
  }
}

function deadlock(id: string, how: { parent: RunRow; isBehind: boolean }): Error {
  const { parent, isBehind } = how
  const who = id === parent.id ? 'its parent' : 'of which its parent is a task'
  return hostlerError('invalid_input', {
    field: isBehind ? 'sessionId' : 'dependsOn',
    problem: `it would have to wait for run ${id}, ${who}, and that may wait for it`,
    cure: isBehind
      ? 'submit children to sessions of their own'
      : 'leave out what cannot end before its parent has',
  })
}
