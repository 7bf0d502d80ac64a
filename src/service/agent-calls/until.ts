import type { BusMessage } from '../../store/bus.ts'
import type { Store } from '../../store/store.ts'

// Wake-ups are only hints: one that is lost must not make a waiter wait for ever.
const lookAnywayMs = 2_000

/**
 * Looks again and again until it is done, or the time is over, and gives what was seen last: after every
 * message that may be about it, and now and then anyway. @throws what an aborted signal says
 */
export async function until<T>(
  store: Pick<Store, 'bus'>,
  look: () => Promise<T>,
  options: {
    isDone: (seen: T) => boolean
    isAbout: (message: BusMessage) => boolean
    waitMs: number
    signal?: AbortSignal | undefined
  },
): Promise<T> {
  const { isDone, isAbout, waitMs, signal } = options
  const endAt = performance.now() + waitMs
  let hasChanged = Promise.withResolvers<void>()
  const wake = (): void => hasChanged.resolve()
  const unsubscribe = store.bus.subscribe((message) => {
    if (isAbout(message)) wake()
  })
  signal?.addEventListener('abort', wake)
  try {
    for (;;) {
      hasChanged = Promise.withResolvers<void>()
      signal?.throwIfAborted()
      const seen = await look()
      const leftMs = endAt - performance.now()
      if (isDone(seen) || leftMs <= 0) return seen
      const timer = setTimeout(wake, Math.min(leftMs, lookAnywayMs))
      await hasChanged.promise.finally(() => clearTimeout(timer))
    }
  } finally {
    signal?.removeEventListener('abort', wake)
    unsubscribe()
  }
}
