import type { Reader } from './reader.ts'
import type { RequestRow } from './tables.ts'

/** What a run's agent has asked through hostler's tools and its API, oldest first. */
export async function toolQuestionsOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('run_id', '=', runId)
    .where('origin', '=', 'tool')
    .orderBy('id')
    .execute()
}

/** The attempt that is under way, or null. */
export async function openAttemptOf(
  store: Reader,
  runId: string,
): Promise<{ id: string; agentId: string | null } | null> {
  const row = await store.db
    .selectFrom('attempts')
    .select(['id', 'agent_id as agentId'])
    .where('run_id', '=', runId)
    .where('ended_at', 'is', null)
    .orderBy('number', 'desc')
    .executeTakeFirst()
  return row ?? null
}

/** The run in whose attempt an agent is, or null. */
export async function runOfAgent(store: Reader, agentId: string): Promise<string | null> {
  const row = await store.db
    .selectFrom('attempts')
    .select('run_id')
    .where('agent_id', '=', agentId)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return row?.run_id ?? null
}
