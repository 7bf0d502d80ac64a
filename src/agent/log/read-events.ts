import { open } from 'node:fs/promises'
import type { AgentEvent } from '../../events/agent-event.ts'
import { createLineReader } from './line-reader.ts'
import { lineEvents } from './line-events.ts'

const chunkBytes = 64 * 1024

/**
 * The events of a range of the log, which may grow while it is read. `skip` leaves out the first events
 * of the first line. Returns where it has stopped.
 */
export async function* readEvents(
  path: string,
  options: {
    range: { readonly from: number; readonly to: number }
    maxLineBytes: number
    skip?: number
  },
): AsyncGenerator<AgentEvent, number> {
  const { range, maxLineBytes, skip = 0 } = options
  let events: AgentEvent[] = []
  const reader = createLineReader({
    maxLineBytes,
    from: range.from,
    onLine: (line) => {
      const found = lineEvents(line)
      events.push(...(line.offset === range.from ? found.slice(skip) : found))
    },
  })
  await using file = await open(path, 'r')
  const buffer = Buffer.allocUnsafe(chunkBytes)
  let position = range.from
  while (position < range.to) {
    const wanted = Math.min(chunkBytes, range.to - position)
    const { bytesRead } = await file.read(buffer, 0, wanted, position)
    if (bytesRead === 0) break
    position += bytesRead
    reader.push(buffer.subarray(0, bytesRead))
    const ready = events
    events = []
    yield* ready
  }
  reader.finish()
  yield* events
  return position
}
