import type { UpdateObject } from 'kysely'
import type { StoredEvent } from '../../events/session-event.ts'
import type { Tx } from '../store.ts'
import type { Tables } from '../tables.ts'
import { eventBytes, toEventRow, toStoredEvent, type StorableEvent } from './event-rows.ts'
import { insertEvents } from './insert-events.ts'

/**
 * Adds events to a session's log within a transaction: raising `last_seq` locks the session's row, so
 * that numbers have no gap and nobody reads a later one before an earlier one. Told when it commits. What
 * else is to change in the row goes with it: each statement is a round trip to the server.
 */
export async function appendInTx(
  tx: Tx,
  sessionId: string,
  entry: {
    runId: string | null
    events: readonly StorableEvent[]
    set?: Omit<UpdateObject<Tables, 'sessions'>, 'last_seq' | 'event_bytes'>
  },
): Promise<StoredEvent[]> {
  if (entry.events.length === 0 && entry.set === undefined) return []
  const at = Date.now()
  const rows = entry.events.map((event) => toEventRow(event, { sessionId, runId: entry.runId, at }))
  const bytes = rows.reduce((sum, row) => sum + eventBytes(row), 0)
  const { last_seq: lastSeq } = await tx.db
    .updateTable('sessions')
    .set((eb) => ({
      last_seq: eb('last_seq', '+', rows.length),
      event_bytes: eb('event_bytes', '+', bytes),
      updated_at: at,
      ...entry.set,
    }))
    .where('id', '=', sessionId)
    .returning('last_seq')
    .executeTakeFirstOrThrow()
  if (rows.length === 0) return []
  const first = lastSeq - rows.length + 1
  const numbered = rows.map((row, index) => ({ ...row, seq: first + index }))
  await insertEvents(tx.db, numbered)
  const events = numbered.map(toStoredEvent)
  tx.notify({ type: 'events', sessionId, seq: lastSeq, events })
  return events
}
