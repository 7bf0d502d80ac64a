import type { Reader } from '../reader.ts'

/** The agents of a worker that are in the middle of an attempt, by the store. */
export async function openAttemptAgents(store: Reader, workerId: string): Promise<Set<string>> {
  const rows = await store.db
    .selectFrom('attempts')
    .select('agent_id')
    .where('worker_id', '=', workerId)
    .where('ended_at', 'is', null)
    .execute()
  return new Set(rows.flatMap(({ agent_id: id }) => id ?? []))
}
