import type { StoredEvent } from '../../events/session-event.ts'
import type { Reader } from '../reader.ts'
import { toStoredEvent } from './event-rows.ts'

/** Stored events of a session after the seq `after`, in order, `limit` of them at most. */
export async function readEvents(
  store: Reader,
  options: { sessionId: string; after: number; limit: number },
): Promise<StoredEvent[]> {
  const rows = await store.db
    .selectFrom('events')
    .selectAll()
    .where('session_id', '=', options.sessionId)
    .where('seq', '>', options.after)
    .orderBy('seq')
    .limit(options.limit)
    .execute()
  return rows.map(toStoredEvent)
}
