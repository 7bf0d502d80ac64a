import type { Reader } from '../reader.ts'
import { openStates } from '../queue/find-open-run.ts'

/**
 * The open runs without whose ends these do not come to theirs: what they depend on, the run under way
 * in their sessions, and their children, for which they may wait.
 */
export async function awaitedRuns(store: Reader, runIds: readonly string[]): Promise<string[]> {
  if (runIds.length === 0) return []
  const dependencies = store.db
    .selectFrom('run_dependencies')
    .innerJoin('runs', 'runs.id', 'run_dependencies.depends_on')
    .select('runs.id')
    .where('run_dependencies.run_id', 'in', runIds)
    .where('runs.state', 'in', openStates)
  const before = store.db
    .selectFrom('runs as own')
    .innerJoin('runs', 'runs.session_id', 'own.session_id')
    .select('runs.id')
    .where('own.id', 'in', runIds)
    .where('own.state', '=', 'queued')
    .where('runs.state', 'in', ['running', 'waiting'])
  const children = store.db
    .selectFrom('runs')
    .select('runs.id')
    .where('runs.parent_run_id', 'in', runIds)
    .where('runs.state', 'in', openStates)
  const rows = await dependencies.union(before).union(children).execute()
  return rows.map(({ id }) => id)
}

/** The run itself and those whose child it is, at any remove; the nearest first. */
export async function withAncestors(store: Reader, runId: string): Promise<string[]> {
  const found: string[] = []
  for (let id: string | null = runId; id !== null && !found.includes(id);) {
    found.push(id)
    const row: { parent_run_id: string | null } | undefined = await store.db
      .selectFrom('runs')
      .select('parent_run_id')
      .where('id', '=', id)
      .executeTakeFirst()
    id = row?.parent_run_id ?? null
  }
  return found
}
