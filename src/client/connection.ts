import { HostlerError, hostlerError } from '../errors.ts'
import { backoffMs, pause } from './backoff.ts'
import { startCall } from './call-signal.ts'
import { describeFailure, toProblemError, toUnreachable } from './problem-error.ts'
import { toQuery, type Query } from './query.ts'

const answerTimeoutMs = 60_000
const maxRepeats = 3

export type ClientRequest = {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Query
  /** Sent as JSON, but for a form. */
  body?: FormData | object
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
  /** Sent again when the connection fails: done twice is done once. Default: GET only. */
  isRepeatable?: boolean
  /** Until the answer begins. Default 60,000. */
  timeoutMs?: number
  /** An answer beside 2xx that is no error here. */
  expects?: number
}

/** An answer that has begun. Whoever reads its body calls `end` when done. */
export type OpenAnswer = { response: Response; end: () => void }

export type Connection = {
  readonly url: string
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal
  json<T>(request: ClientRequest): Promise<T>
  open(request: ClientRequest): Promise<OpenAnswer>
  close(): void
}

export function openConnection(options: {
  url: string
  token: string | undefined
  fetch: typeof fetch
  signal: AbortSignal | undefined
}): Connection {
  const { url, token } = options
  const closing = new AbortController()
  const close = (): void => closing.abort(closedError())
  options.signal?.addEventListener('abort', close, { once: true })
  if (options.signal?.aborted === true) close()

  async function openOnce(request: ClientRequest): Promise<OpenAnswer> {
    const { method = 'GET', path, query = {}, body, signal } = request
    const call = startCall([signal, closing.signal], request.timeoutMs ?? answerTimeoutMs)
    try {
      // Not kept in one object: a fetch that is called as a method refuses to work in browsers.
      const { fetch } = options
      const response = await fetch(`${url}${path}${toQuery(query)}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(body !== undefined &&
            !(body instanceof FormData) && { 'content-type': 'application/json' }),
          ...request.headers,
        },
        ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
        redirect: 'manual',
        signal: call.signal,
      })
      if (!response.ok && response.status !== request.expects) {
        throw await toProblemError(response, url)
      }
      call.answered()
      return { response, end: () => call.end() }
    } catch (error) {
      call.end()
      throw toFailure(error, signal, call.isTimedOut)
    }
  }

  async function jsonOnce<T>(request: ClientRequest): Promise<T> {
    const { response, end } = await openOnce(request)
    try {
      const text = await response.text()
      // Trusted loosely: a newer server may say more than this client knows.
      const value: T = JSON.parse(text === '' ? 'null' : text)
      return value
    } catch (error) {
      if (error instanceof SyntaxError) throw notJson(url, response.status)
      throw toFailure(error, request.signal, false)
    } finally {
      end()
    }
  }

  function toFailure(
    error: unknown,
    signal: AbortSignal | undefined,
    isTimedOut: boolean,
  ): unknown {
    if (signal?.aborted === true) return signal.reason
    if (closing.signal.aborted) return closedError()
    if (error instanceof HostlerError) return error
    if (isTimedOut) return toUnreachable(url, 'no answer came in time')
    return toUnreachable(url, describeFailure(error), error)
  }

  async function repeated<T>(
    request: ClientRequest,
    once: (request: ClientRequest) => Promise<T>,
  ): Promise<T> {
    const isRepeatable = request.isRepeatable ?? (request.method ?? 'GET') === 'GET'
    for (let failures = 0; ; failures++) {
      try {
        // One try after the other.
        return await once(request)
      } catch (error) {
        if (!isRepeatable || failures === maxRepeats || !isPassing(error)) throw error
        await pause(backoffMs(failures), [request.signal, closing.signal])
      }
    }
  }

  return {
    url,
    closing: closing.signal,
    json: <T>(request: ClientRequest) => repeated<T>(request, jsonOnce),
    open: (request) => repeated(request, openOnce),
    close() {
      options.signal?.removeEventListener('abort', close)
      close()
    },
  }
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof HostlerError && error.code === 'server_unreachable'
}

/** A server whose database was away for a moment has it again by the next try. */
function isPassing(error: unknown): boolean {
  const isAway = error instanceof HostlerError && error.code === 'database_unavailable'
  return isAway || isUnreachable(error)
}

function notJson(url: string, status: number): HostlerError {
  return hostlerError('server_failed', {
    url,
    status,
    problem: 'what came is not JSON',
    cure: 'is this the address of hostler?',
  })
}

function closedError(): HostlerError {
  return hostlerError('usage', {
    problem: 'this connection to hostler has been closed',
    cure: 'connect again',
  })
}
