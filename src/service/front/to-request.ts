import type { RequestRow } from '../../store/tables.ts'
import type { StoredRequest } from '../contract/request.ts'

/** A request as it is given out. */
export function toRequest(row: RequestRow, sessionKey: string | null): StoredRequest {
  return {
    id: row.id,
    sessionId: row.session_id,
    sessionKey,
    runId: row.run_id,
    origin: row.origin,
    kind: row.kind,
    request: JSON.parse(row.data),
    state: row.state,
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    closedAt: row.closed_at,
    answeredBy: row.answered_by,
    answer: row.answer === null ? null : JSON.parse(row.answer),
  }
}
