import { toHostlerError } from '../to-hostler-error.ts'
import { toProblem } from '../problem.ts'
import type { Call } from '../routing/endpoint.ts'
import { batchReader } from './next-batch.ts'
import type { StreamFormat, StreamItem } from './formats.ts'

export type StreamSource = (signal: AbortSignal) => AsyncIterable<StreamItem>

/**
 * An answer that goes on until its source ends, the client goes, or the server stops. Nothing is
 * taken from the source while the socket is full: a slow client is the source's to deal with, and
 * costs no memory here.
 */
export function streamAnswer(
  call: Call,
  {
    format,
    open,
    headers = {},
  }: { format: StreamFormat; open: StreamSource; headers?: Record<string, string> },
): Response {
  const { log, closing, heartbeatMs, metrics } = call.services
  const leaving = new AbortController()
  const reader = batchReader(open(leaving.signal))
  const text = new TextEncoder()
  let heartbeat: NodeJS.Timeout | null = null
  let isOpen = true
  let farewell: (() => void) | null = null

  function end(): void {
    isOpen = false
    if (heartbeat !== null) clearInterval(heartbeat)
    if (farewell !== null) closing.removeEventListener('abort', farewell)
    leaving.abort()
    reader.end()
    metrics.streams.dec()
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        metrics.streams.inc()
        controller.enqueue(text.encode(format.opening))
        farewell = () => {
          if (!isOpen) return
          end()
          controller.enqueue(text.encode(format.farewell()))
          controller.close()
        }
        heartbeat = setInterval(() => {
          // With something still to be sent, the client will hear of us when it reads that.
          if (isOpen && (controller.desiredSize ?? -1) >= 0) {
            controller.enqueue(text.encode(format.heartbeat))
          }
        }, heartbeatMs)
        if (closing.aborted) farewell()
        else closing.addEventListener('abort', farewell, { once: true })
      },
      async pull(controller) {
        try {
          const items = await reader.next()
          if (!isOpen) return
          if (items !== null) return controller.enqueue(format.encode(items))
          end()
        } catch (reason) {
          if (!isOpen) return
          end()
          const error = toHostlerError(reason, log)
          const problem = toProblem(error, new URL(call.request.url).pathname)
          controller.enqueue(text.encode(format.problem(problem)))
        }
        controller.close()
      },
      cancel() {
        if (isOpen) end()
      },
    },
    { highWaterMark: 0 },
  )
  const all = new Headers(headers)
  all.set('content-type', `${format.mediaType}; charset=utf-8`)
  // Proxies would keep the first events back until their buffer is full.
  all.set('x-accel-buffering', 'no')
  return new Response(body, { headers: all })
}
