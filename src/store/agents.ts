import type { Reader } from './reader.ts'
import type { AgentRow } from './tables.ts'

/** Agents, newest first: those that live, or with `ended` as many of the others too. */
export async function listAgentRows(
  store: Reader,
  options: { ended?: number } = {},
): Promise<AgentRow[]> {
  const live = await store.db
    .selectFrom('agents')
    .selectAll()
    .where('state', '=', 'live')
    .orderBy('id', 'desc')
    .execute()
  if (options.ended === undefined) return live
  const ended = await store.db
    .selectFrom('agents')
    .selectAll()
    .where('state', '=', 'ended')
    .orderBy('id', 'desc')
    .limit(options.ended)
    .execute()
  return [...live, ...ended]
}

/** The agent with this id, or null. */
export async function getAgentRow(store: Reader, id: string): Promise<AgentRow | null> {
  const query = store.db.selectFrom('agents').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The agents that a worker has, by the store. */
export async function liveAgentsOf(store: Reader, workerId: string): Promise<AgentRow[]> {
  return await store.db
    .selectFrom('agents')
    .selectAll()
    .where('worker_id', '=', workerId)
    .where('state', '=', 'live')
    .orderBy('id')
    .execute()
}
