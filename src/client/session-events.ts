import type { SessionEvent } from '../events/session-event.ts'
import type { Connection } from './connection.ts'
import { followStream } from './follow-stream.ts'

/** The events of one session, each stored one once and in order, whatever becomes of the connections. */
export async function* sessionEvents(
  connection: Connection,
  path: string,
  options: {
    after?: number
    transient?: boolean
    until?: 'now'
    signal?: AbortSignal
    onReconnect?: ((problem: string) => void) | undefined
  },
): AsyncGenerator<SessionEvent, void> {
  const { after = 0, transient, until, signal, onReconnect } = options
  let last = after
  const stream = followStream(connection, {
    path,
    query: { transient },
    after: String(after),
    until,
    signal,
    onReconnect,
  })
  for await (const data of stream) {
    if (!isSessionEvent(data)) continue
    if (data.seq !== null) {
      // A server may repeat what it is not sure to have sent.
      if (data.seq <= last) continue
      last = data.seq
    }
    yield data
  }
}

/** Trusted loosely: types that this client does not know are passed on. */
function isSessionEvent(data: unknown): data is SessionEvent {
  if (typeof data !== 'object' || data === null || !('seq' in data) || !('type' in data)) {
    return false
  }
  return data.seq === null || typeof data.seq === 'number'
}
