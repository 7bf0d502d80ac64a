import type {
  LoggedAgentEvent,
  PermissionDecided,
  ServiceEvent,
  StoredEvent,
} from '../../events/session-event.ts'
import type { AgentEvent, DeltaEvent } from '../../events/agent-event.ts'
import type { EventRow } from '../tables.ts'

/** What can be stored: not the deltas, which the finished block repeats in full. */
export type StorableEvent = ServiceEvent | LoggedAgentEvent

/** Gives Claude's own ids a name of their own: a stored event's `sessionId` is hostler's. */
export function toLoggedEvent(
  event: Exclude<AgentEvent, DeltaEvent> | PermissionDecided,
): LoggedAgentEvent | PermissionDecided {
  if (event.type === 'init') {
    const { sessionId, ...rest } = event
    return { ...rest, claudeSessionId: sessionId }
  }
  if (event.type === 'session_changed') {
    const { offset, sessionId } = event
    return { type: 'claude_session_changed', offset, claudeSessionId: sessionId }
  }
  return event
}

/** An event's row but for its seq. JSON text escapes NUL and lone surrogates, which PostgreSQL refuses. */
export function toEventRow(
  event: StorableEvent,
  place: { sessionId: string; runId: string | null; at: number },
): EventRow {
  const { type, ...data } = event
  return {
    session_id: place.sessionId,
    seq: 0,
    at: place.at,
    run_id: place.runId,
    type,
    data: JSON.stringify(data),
  }
}

/** The event that a row holds. */
export function toStoredEvent(row: EventRow): StoredEvent {
  const { session_id: sessionId, seq, at, run_id: runId, type } = row
  // Rows are written by toEventRow only; an older program's events are of an older union. For those who
  // read them as they are: first what and where, then the rest.
  return { seq, type, at, sessionId, runId, ...JSON.parse(row.data) }
}

/** What a row counts for in its session's `event_bytes`: SQL's octet_length of it. */
export function eventBytes(row: Pick<EventRow, 'data'>): number {
  return Buffer.byteLength(row.data)
}
