import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/** A run that another one depends on; `state` is null when it has been deleted. */
export type DependencyState = { id: string; state: RunRow['state'] | null }

/** What each of these runs depends on, oldest first; runs that depend on none are not in it. */
export async function dependenciesOf(
  store: Reader,
  runIds: readonly string[],
): Promise<Map<string, DependencyState[]>> {
  const found = new Map<string, DependencyState[]>()
  if (runIds.length === 0) return found
  const rows = await store.db
    .selectFrom('run_dependencies')
    .leftJoin('runs', 'runs.id', 'run_dependencies.depends_on')
    .select(['run_dependencies.run_id', 'run_dependencies.depends_on', 'runs.state'])
    .where('run_dependencies.run_id', 'in', runIds)
    .orderBy('run_dependencies.depends_on')
    .execute()
  for (const { run_id: runId, depends_on: id, state } of rows) {
    const all = found.get(runId) ?? []
    all.push({ id, state })
    found.set(runId, all)
  }
  return found
}
