import { roughBytes } from './rough-bytes.ts'

/** Where a stream's stored entries are read. `P` is a place in it: a seq, or a cursor. */
export type Source<E, P> = {
  compare: (a: P, b: P) => number
  /** Of a stored entry. */
  positionOf: (entry: E) => P
  /** What is stored after `after`, oldest first, at most `limit`: fewer when there is no more yet. */
  read(after: P, options: { limit: number }): Promise<E[]>
  /** The newest entry's position; null when there is no such stream any more. */
  newest(): Promise<P | null>
}

const maxPageEntries = 500
const pageBytes = 1024 * 1024

/** How many entries the next page may have, for about a megabyte, after one of these. */
export function nextLimit(page: readonly unknown[], limit: number): number {
  if (page.length === 0) return limit
  const average = page.reduce<number>((sum, entry) => sum + roughBytes(entry), 0) / page.length
  return Math.max(5, Math.min(maxPageEntries, limit * 4, Math.floor(pageBytes / average)))
}

/** Of the first page, when it is not known how large the entries are. */
export const firstLimit = 50

/** All that is stored after `after` now, and no later: ends where the stream ended when it was asked for. */
export async function* readToEnd<E, P>(
  source: Source<E, P>,
  after: P,
  options: { signal?: AbortSignal | undefined },
): AsyncGenerator<E, void> {
  const end = await source.newest()
  if (end === null) return
  let position = after
  let limit = firstLimit
  while (source.compare(position, end) < 0) {
    const page = await source.read(position, { limit })
    for (const entry of page) {
      if (options.signal?.aborted === true) return
      position = source.positionOf(entry)
      if (source.compare(position, end) > 0) return
      yield entry
    }
    if (page.length < limit) return
    limit = nextLimit(page, limit)
  }
}
