import { createParser } from 'eventsource-parser'
import type { SessionEvent } from '../../src/events/index.ts'

/**
 * Reads server-sent events as they are on the wire, until one is the last or `maxBytes` have come; then
 * the connection is cut. A piece of an event at the cut is lost, as with any client.
 */
export async function readStream(
  url: string,
  options: {
    isLast: (event: SessionEvent) => boolean
    maxBytes?: number
    lastEventId?: string
    onEvent?: (event: SessionEvent) => void
    signal?: AbortSignal
  },
): Promise<{ events: SessionEvent[]; isCut: boolean }> {
  const { isLast, maxBytes = Infinity, lastEventId, onEvent, signal } = options
  const events: SessionEvent[] = []
  let isEnded = false
  const parser = createParser({
    onEvent({ data }) {
      if (isEnded) return
      const event: SessionEvent = JSON.parse(data)
      if (onEvent === undefined) events.push(event)
      else onEvent(event)
      isEnded = isLast(event)
    },
  })
  const leaving = new AbortController()
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: AbortSignal.any([leaving.signal, ...(signal === undefined ? [] : [signal])]),
  })
  if (response.status !== 200 || response.body === null) throw new Error(await response.text())
  const text = new TextDecoder()
  let left = maxBytes
  try {
    for await (const chunk of response.body) {
      const taken = chunk.subarray(0, left)
      left -= taken.length
      parser.feed(text.decode(taken, { stream: true }))
      if (isEnded) return { events, isCut: false }
      if (left <= 0) break
    }
  } finally {
    leaving.abort()
  }
  return { events, isCut: true }
}
