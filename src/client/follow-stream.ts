import { HostlerError, hostlerError } from '../errors.ts'
import { backoffMs, pause } from './backoff.ts'
import { isUnreachable, type Connection } from './connection.ts'
import { parseProblem } from './problem-error.ts'
import type { Query } from './query.ts'
import { readStream } from './read-stream.ts'

// The server sends at least a comment each 15 seconds.
const silenceMs = 45_000

export type StreamSource = {
  path: string
  query?: Query
  /** The position after which to begin; `null`: where the server begins by itself. */
  after: string | null
  /** It ends with what there is; otherwise an end is a break. */
  until?: 'now' | undefined
  signal?: AbortSignal | undefined
  /** The connection is gone and will be made anew. */
  onReconnect?: ((problem: string) => void) | undefined
  silenceMs?: number
}

/**
 * The data of an event stream over as many connections as it takes, each from the last position on.
 * Ends when `signal` aborts or the client is closed; throws when the server refuses to go on, or when
 * the first connection cannot be made.
 */
export async function* followStream(
  connection: Connection,
  source: StreamSource,
): AsyncGenerator<unknown, void> {
  const { path, signal, until } = source
  let { after } = source
  let failures = 0
  let retryMs: number | undefined
  let wasOpen = false
  const isOver = (): boolean => signal?.aborted === true || connection.closing.aborted
  while (!isOver()) {
    try {
      // One connection after the other.
      const { response, end } = await connection.open({
        path,
        query: { ...source.query, after, until },
        headers: {
          accept: 'text/event-stream',
          ...(after !== null && { 'last-event-id': after }),
        },
        signal,
        isRepeatable: !wasOpen,
      })
      wasOpen = true
      let retries = 0
      try {
        const options = { url: connection.url, silenceMs: source.silenceMs ?? silenceMs }
        for await (const message of readStream(bodyOf(response), options)) {
          failures = 0
          after = message.id ?? after
          retryMs = message.retryMs ?? retryMs
          if (message.retryMs !== undefined) retries++
          if (message.event === 'problem') throw toProblem(message.data, connection.url)
          if (message.data !== null) yield parseData(message.data, connection.url)
          if (isOver()) return
        }
      } finally {
        end()
      }
      // A server that stops takes its leave with another `retry`: that is no end of what there is.
      if (until === 'now' && retries < 2) return
      source.onReconnect?.('the server ended the stream')
    } catch (error) {
      if (isOver()) return
      if (!wasOpen || !mayPass(error)) throw error
      source.onReconnect?.(error instanceof Error ? error.message : String(error))
    }
    await pause(backoffMs(failures, retryMs), [signal, connection.closing])
    failures++
  }
}

/** Troubles that are over after a while: the server starts anew, or has too much to do. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof HostlerError)) return false
  if (isUnreachable(error)) return true
  if (error.code === 'server_failed') return Number(error.params['status']) >= 500
  return ['too_many_requests', 'not_accepting', 'database_unavailable', 'internal'].includes(
    error.code,
  )
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new ReadableStream({ start: (stream) => stream.close() })
}

function toProblem(data: string | null, url: string): HostlerError {
  const problem = parseProblem(parseData(data ?? 'null', url))
  return problem ?? notJson(url)
}

function parseData(data: string, url: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    throw notJson(url)
  }
}

function notJson(url: string): HostlerError {
  return hostlerError('server_failed', {
    url,
    status: 200,
    problem: 'an event that cannot be read',
    cure: 'is this the address of hostler?',
  })
}
