import type { Tx } from '../store.ts'
import type { SessionRow } from '../tables.ts'

/** What a new session is given; the rest begins at nothing. */
export type NewSessionRow = Pick<
  SessionRow,
  | 'id'
  | 'key'
  | 'title'
  | 'profile'
  | 'workspace'
  | 'workspace_lock'
  | 'options'
  | 'labels'
  | 'on_busy'
  | 'pool'
> &
  Partial<
    Pick<
      SessionRow,
      'cwd' | 'claude_session_id' | 'parent_id' | 'forked_after' | 'home_worker' | 'priority'
    >
  >

/**
 * Adds a session. `null`: its key is taken, maybe by somebody who did the same in this moment; then the
 * one that there is can be read by its key.
 */
export async function insertSession(tx: Tx, session: NewSessionRow): Promise<SessionRow | null> {
  const now = Date.now()
  const row = await tx.db
    .insertInto('sessions')
    .values({
      cwd: null,
      claude_session_id: null,
      parent_id: null,
      forked_after: null,
      home_worker: null,
      priority: 0,
      ...session,
      state: 'active',
      created_at: now,
      updated_at: now,
      ready_at: null,
      owner: null,
      lease_until: null,
      fence: 0,
      last_seq: 0,
      next_ordinal: 1,
      run_count: 0,
      cost_micros: 0,
      input_tokens: 0,
      output_tokens: 0,
      duration_ms: 0,
      event_bytes: 0,
      first_seq: 1,
      granted_rules: null,
      bypass_until: null,
      quarantined_at: null,
      quarantine_reason: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}
