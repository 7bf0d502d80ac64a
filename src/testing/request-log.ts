import type { ModelRequest } from './model-request.ts'

/** All requests so far, and those who wait for one. */
export type RequestLog = {
  readonly all: readonly ModelRequest[]
  add(request: ModelRequest): void
  waitFor(
    predicate: (request: ModelRequest) => boolean,
    options: { timeoutMs?: number; signal?: AbortSignal },
  ): Promise<ModelRequest>
  /** Ends all waiting with this error. */
  close(error: Error): void
}

export function createRequestLog(): RequestLog {
  const all: ModelRequest[] = []
  const onRequest = new Set<(request: ModelRequest) => void>()
  const onClose = new Set<(error: unknown) => void>()
  return {
    all,
    add(request) {
      all.push(request)
      for (const listener of onRequest) listener(request)
    },
    async waitFor(predicate, { timeoutMs = 30_000, signal }) {
      signal?.throwIfAborted()
      const found = all.find(predicate)
      if (found !== undefined) return found
      return new Promise((resolve, reject) => {
        const settle = (finish: () => void): void => {
          clearTimeout(timer)
          onRequest.delete(listener)
          onClose.delete(fail)
          signal?.removeEventListener('abort', abort)
          finish()
        }
        const listener = (request: ModelRequest): void => {
          if (predicate(request)) settle(() => resolve(request))
        }
        const fail = (error: unknown): void => settle(() => reject(error))
        const abort = (): void => fail(signal?.reason)
        const timer = setTimeout(() => {
          const seen = all.map((it) => `${it.method} ${it.path} ${JSON.stringify(it.lastUserText)}`)
          fail(
            new Error(`no such request within ${timeoutMs} ms; seen: ${seen.join('; ') || 'none'}`),
          )
        }, timeoutMs)
        onRequest.add(listener)
        onClose.add(fail)
        signal?.addEventListener('abort', abort)
      })
    },
    close(error) {
      for (const reject of onClose) reject(error)
    },
  }
}
