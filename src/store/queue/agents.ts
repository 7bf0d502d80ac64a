import { type NewChange, recordChange } from '../changes.ts'
import type { Store, Tx } from '../store.ts'
import type { AgentRow } from '../tables.ts'

/** An agent that is about to be started, or that takes up a session's work. */
export type AgentStart = {
  id: string
  workerId: string
  /** Its folder, on the worker's machine. */
  dir: string
  profile: string
  optionsHash: string
}

/** Notes a spare agent before it is started: one that nobody knows of would be nobody's after a crash. */
export async function recordAgent(store: Store, agent: AgentStart): Promise<void> {
  await store.transact(async (tx) => {
    const { now } = await tx.db.selectNoFrom(tx.now().as('now')).executeTakeFirstOrThrow()
    await recordChange(tx, await saveAgent(tx, agent, { sessionId: null, fence: 0, now }))
  })
}

/** Adds an agent, or gives one that is there to a session. Returns what the feed is to be told. */
export async function saveAgent(
  tx: Tx,
  agent: AgentStart,
  { sessionId, fence, now }: { sessionId: string | null; fence: number; now: number },
): Promise<NewChange> {
  await tx.db
    .insertInto('agents')
    .values({
      id: agent.id,
      session_id: sessionId,
      worker_id: agent.workerId,
      dir: agent.dir,
      profile: agent.profile,
      options_hash: agent.optionsHash,
      fence,
      state: 'live',
      events_offset: 0,
      events_at_offset: 0,
      log_stored: 0,
      started_at: now,
      last_used_at: now,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ session_id: sessionId, fence, last_used_at: now }),
    )
    .execute()
  return toAgentChange({ id: agent.id, session_id: sessionId, state: 'live' })
}

/** Notes what has become known of an agent. */
export async function updateAgent(
  store: Store | Tx,
  id: string,
  change: Partial<
    Pick<AgentRow, 'pid' | 'claude_version' | 'memory_bytes' | 'log_stored' | 'last_used_at'>
  >,
): Promise<void> {
  const update = async ({ db }: Tx): Promise<void> => {
    await db.updateTable('agents').set(change).where('id', '=', id).execute()
  }
  await ('transact' in store ? store.transact(update) : update(store))
}

/** The agent's process is gone. */
export async function endAgent(store: Store, id: string): Promise<void> {
  await store.transact(async (tx) => {
    const row = await tx.db
      .updateTable('agents')
      .set({ state: 'ended', ended_at: tx.now() })
      .where('id', '=', id)
      .where('state', '=', 'live')
      .returningAll()
      .executeTakeFirst()
    if (row !== undefined) await recordChange(tx, toAgentChange(row))
  })
}

function toAgentChange({
  id,
  session_id: sessionId,
  state,
}: Pick<AgentRow, 'id' | 'session_id' | 'state'>): NewChange {
  return { kind: 'agent', subjectId: id, sessionId, data: { state } }
}
