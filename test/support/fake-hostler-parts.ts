import { hostlerError } from '../../src/errors.ts'
import type { Page } from '../../src/service/contract/hostler.ts'

/** Streams over lists that grow, and how many of them are being read. */
export type Followers = {
  /** Something has been added. */
  stir: () => void
  stirred: () => Promise<void>
  count: () => number
  follow<T>(
    read: (from: number) => T[],
    options: { until?: 'now'; signal?: AbortSignal },
  ): AsyncGenerator<T>
}

export function createFollowers(): Followers {
  let wake = Promise.withResolvers<void>()
  let open = 0
  return {
    stir() {
      wake.resolve()
      wake = Promise.withResolvers()
    },
    stirred: () => wake.promise,
    count: () => open,
    async *follow(read, { until, signal }) {
      open += 1
      try {
        for (let at = 0; ;) {
          const again = wake.promise
          const items = read(at)
          at += items.length
          yield* items
          if (until === 'now' || signal?.aborted === true) return
          if (items.length > 0) continue
          await Promise.race([again, aborted(signal)])
        }
      } finally {
        open -= 1
      }
    },
  }
}

/** What is there, or `not_found`. */
export function found<T>(value: T | undefined, what: string, id: string): T {
  if (value !== undefined) return value
  throw hostlerError('not_found', { what, id, cure: `look at the list of ${what}s` })
}

export function pageOf<T>(
  items: T[],
  { cursor = '0', limit = 50 }: { cursor?: string; limit?: number } = {},
): Page<T> {
  const end = Number(cursor) + limit
  return { items: items.slice(Number(cursor), end), next: end < items.length ? String(end) : null }
}

export async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7)
}

export function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}
