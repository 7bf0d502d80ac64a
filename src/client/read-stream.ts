import { createParser } from 'eventsource-parser'
import { describeFailure, toUnreachable } from './problem-error.ts'

/** One message of an event stream, or with `data: null` only a new position or wait. */
export type StreamMessage = {
  id?: string
  /** What the data is. */
  event?: string
  data: string | null
  /** What the server wants to be waited for before connecting again. */
  retryMs?: number
}

/**
 * The messages of one response, as they come. A message that was cut off is not given: it comes whole
 * after the next connect.
 * @throws server_unreachable when it breaks off, or nothing has come for `silenceMs`
 */
export async function* readStream(
  body: ReadableStream<Uint8Array>,
  options: { url: string; silenceMs: number },
): AsyncGenerator<StreamMessage, void> {
  const { url, silenceMs } = options
  const messages: StreamMessage[] = []
  const parser = createParser({
    onId: (id) => messages.push({ id, data: null }),
    onRetry: (retryMs) => messages.push({ data: null, retryMs }),
    onEvent: ({ data, event }) => messages.push({ data, ...(event !== undefined && { event }) }),
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      // The chunks of one stream come one after the other.
      const { done, value } = await inTime(reader.read(), silenceMs, url)
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      yield* messages.splice(0)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** Half-open connections say nothing for ever; the server's heartbeats tell them from quiet ones. */
async function inTime<T>(reading: Promise<T>, silenceMs: number, url: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(toUnreachable(url, `the stream was silent for ${silenceMs} ms`))
    }, silenceMs)
  })
  try {
    return await Promise.race([reading.catch(fail), silence])
  } finally {
    clearTimeout(timer)
  }

  function fail(error: unknown): never {
    throw toUnreachable(url, `the stream broke off: ${describeFailure(error)}`, error)
  }
}
