import type { EventEntry } from '../../src/store/events/event-writer.ts'
import { insertSession } from '../../src/store/sessions/insert-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { SessionRow } from '../../src/store/tables.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'

/** A session as a test needs it, with whatever else is given. */
export async function addSession(
  store: Store,
  given: Partial<SessionRow> = {},
): Promise<SessionRow> {
  return await store.transact(async (tx) => {
    const row = await insertSession(tx, {
      id: uuidV7(),
      key: null,
      title: null,
      profile: 'default',
      workspace: '{"path":"/tmp"}',
      workspace_lock: null,
      options: '{}',
      labels: '{}',
      on_busy: null,
      pool: 'default',
    })
    if (row === null) throw new Error('not added')
    if (Object.keys(given).length === 0) return row
    return await tx.db
      .updateTable('sessions')
      .set(given)
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

/** An entry with one text for each offset. */
export function texts(session: SessionRow, offsets: readonly number[]): EventEntry {
  return {
    lease: { sessionId: session.id, fence: session.fence },
    runId: null,
    events: offsets.map((offset) => ({
      type: 'text',
      offset,
      text: `text ${offset}`,
      messageId: 'm',
      parentToolUseId: null,
    })),
  }
}

/** An agent's row. */
export async function addAgent(store: Store, sessionId: string): Promise<string> {
  const id = uuidV7()
  await store.transact((tx) =>
    tx.db
      .insertInto('agents')
      .values({
        id,
        session_id: sessionId,
        worker_id: 'w',
        dir: '/',
        profile: 'default',
        options_hash: '',
        fence: 0,
        pid: null,
        claude_version: null,
        state: 'live',
        events_offset: 0,
        events_at_offset: 0,
        log_stored: 0,
        memory_bytes: null,
        started_at: 0,
        last_used_at: 0,
        ended_at: null,
      })
      .execute(),
  )
  return id
}
