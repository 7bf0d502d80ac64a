import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/** The runs that a run's agent has made and that ended since then (epoch milliseconds), oldest first. */
export async function endedChildrenOf(
  store: Reader,
  { runId, since }: { runId: string; since: number },
): Promise<(Pick<RunRow, 'id' | 'state' | 'outcome' | 'text'> & { title: string | null })[]> {
  return await store.db
    .selectFrom('runs')
    .innerJoin('sessions', 'sessions.id', 'runs.session_id')
    .select(['runs.id', 'runs.state', 'runs.outcome', 'runs.text', 'sessions.title'])
    .where('runs.parent_run_id', '=', runId)
    .where('runs.ended_at', '>=', since)
    .orderBy('runs.id')
    .execute()
}
