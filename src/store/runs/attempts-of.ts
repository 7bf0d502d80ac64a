import type { Reader } from '../reader.ts'
import type { AttemptRow } from '../tables.ts'

/** The attempts of these runs: those of one run are together and in their order. */
export async function attemptsOf(store: Reader, runIds: readonly string[]): Promise<AttemptRow[]> {
  if (runIds.length === 0) return []
  return await store.db
    .selectFrom('attempts')
    .selectAll()
    .where('run_id', 'in', runIds)
    .orderBy('run_id')
    .orderBy('number')
    .execute()
}

/** The newest attempts of a session, the last begun first. */
export async function lastAttemptsOf(
  store: Reader,
  sessionId: string,
  { limit }: { limit: number },
): Promise<AttemptRow[]> {
  return await store.db
    .selectFrom('attempts')
    .selectAll()
    .where('session_id', '=', sessionId)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
