import { toError } from '../../util/to-error.ts'
import { hostlerError } from '../../errors.ts'
import { objectAt, stringAt, type Loose } from '../messages/loose.ts'

/** How long the CLI may take to answer; it takes milliseconds. */
const defaultTimeoutMs = 30_000

export type ControlChannel = {
  /**
   * Asks the CLI to do something and waits for its answer.
   * @throws control_failed, control_timeout
   */
  request(
    request: Loose & { subtype: string },
    options?: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<Loose>
  /** Takes a `control_response` of the CLI. */
  settle(message: Loose): void
  /** The CLI will not answer any more: every open request fails with `error`. */
  failAll(error: Error): void
}

type Pending = {
  subtype: string
  resolve: (response: Loose) => void
  reject: (error: Error) => void
}

/** Control requests from hostler to the CLI. Source: docs/wire.md. */
export function createControlChannel(options: {
  write: (line: Loose) => Promise<void>
  newId: () => string
}): ControlChannel {
  const pending = new Map<string, Pending>()
  let failure: Error | null = null

  return {
    async request(request, { timeoutMs = defaultTimeoutMs, signal } = {}) {
      if (failure !== null) throw failure
      signal?.throwIfAborted()
      const id = options.newId()
      const { subtype } = request
      const answer = Promise.withResolvers<Loose>()
      pending.set(id, { subtype, resolve: answer.resolve, reject: answer.reject })
      const timer = setTimeout(() => {
        answer.reject(hostlerError('control_timeout', { subtype, ms: timeoutMs }))
      }, timeoutMs)
      const abort = (): void => answer.reject(toError(signal?.reason))
      signal?.addEventListener('abort', abort, { once: true })
      try {
        options
          .write({ type: 'control_request', request_id: id, request })
          .catch((error: unknown) => answer.reject(toError(error)))
        return await answer.promise
      } finally {
        pending.delete(id)
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
    },
    settle(message) {
      const response = objectAt(message, 'response')
      const waiting = pending.get(stringAt(response, 'request_id'))
      if (waiting === undefined) return
      if (response['subtype'] === 'success') waiting.resolve(objectAt(response, 'response'))
      else {
        const problem = stringAt(response, 'error') || 'no reason given'
        const cure = 'check the value, and that the CLI is new enough for it'
        waiting.reject(hostlerError('control_failed', { subtype: waiting.subtype, problem, cure }))
      }
    },
    failAll(error) {
      failure = error
      for (const one of pending.values()) one.reject(error)
    },
  }
}
