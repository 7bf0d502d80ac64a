import { setImmediate } from 'node:timers/promises'

const maxBatch = 256

/** Reads what a source has ready, together: one write for a history of thousands, none delayed. */
export type BatchReader<T> = {
  /** At least one item, or null at the end. */
  next(): Promise<T[] | null>
  /** Lets the source go; does not wait for it. */
  end(): void
}

export function batchReader<T>(source: AsyncIterable<T>): BatchReader<T> {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<T>> | null = null
  return {
    async next() {
      const items: T[] = []
      pending ??= iterator.next()
      for (;;) {
        const result = items.length === 0 ? await pending : await readyNow(pending)
        if (result === null) return items
        pending = null
        if (result.done === true) return items.length === 0 ? null : items
        items.push(result.value)
        if (items.length === maxBatch) return items
        pending = iterator.next()
      }
    },
    end() {
      iterator.return?.().catch(() => {})
    },
  }
}

// A source that fails after some items fails at the next call, when these have been passed on.
function readyNow<T>(pending: Promise<T>): Promise<T | null> {
  return Promise.race([pending.catch(() => null), setImmediate(null)])
}
