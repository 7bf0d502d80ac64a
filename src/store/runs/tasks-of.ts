import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/** A run that an agent has made, with its session's title. */
export type TaskRow = RunRow & { title: string | null }

/** The runs that a run's agent has made, the first one first. */
export async function tasksOf(store: Reader, parentRunId: string): Promise<TaskRow[]> {
  return await store.db
    .selectFrom('runs')
    .innerJoin('sessions', 'sessions.id', 'runs.session_id')
    .selectAll('runs')
    .select('sessions.title')
    .where('runs.parent_run_id', '=', parentRunId)
    .orderBy('runs.id')
    .execute()
}

/** How many runs a run's agent has made. */
export async function countTasks(store: Reader, parentRunId: string): Promise<number> {
  const { count } = await store.db
    .selectFrom('runs')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('parent_run_id', '=', parentRunId)
    .executeTakeFirstOrThrow()
  return count
}
