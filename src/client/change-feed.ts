import type { Change } from '../service/contract/operations.ts'
import type { Connection } from './connection.ts'
import { followStream } from './follow-stream.ts'

/** The feed of everything over as many connections as it takes. */
export async function* changeFeed(
  connection: Connection,
  options: {
    after?: string
    until?: 'now'
    signal?: AbortSignal
    onReconnect?: ((problem: string) => void) | undefined
  },
): AsyncGenerator<Change, void> {
  const { after = null, until, signal, onReconnect } = options
  let last = after
  const stream = followStream(connection, { path: '/v1/events', after, until, signal, onReconnect })
  for await (const data of stream) {
    if (!isChange(data) || data.cursor === last) continue
    last = data.cursor
    yield data
  }
}

/** Trusted loosely: kinds that this client does not know are passed on. */
function isChange(data: unknown): data is Change {
  return typeof data === 'object' && data !== null && 'cursor' in data && 'kind' in data
}
