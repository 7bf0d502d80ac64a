/** One thing in a window: `position` is its own, or, when it was never stored, its predecessor's. */
export type WindowEntry<E, P> = { entry: E; position: P; isStored: boolean; bytes: number }

export type WindowLimits = { maxEntries: number; maxBytes: number }

/**
 * The newest part of a stream, once for all its subscribers. Each of them keeps a place in it, a number
 * that stays true while the oldest entries go, so that a slow one costs no memory of its own.
 */
export type Window<E, P> = {
  /** Places from `first` up to, not including, `end` are there. */
  readonly first: number
  readonly end: number
  /** After this position, nothing stored is missing. */
  readonly base: P
  at(place: number): WindowEntry<E, P> | undefined
  /** Where what comes after `position` begins. */
  placeAfter(position: P): number
  add(entry: WindowEntry<E, P>): void
  /** Lets go of what is before `place`. */
  dropBefore(place: number): void
  /** Empty again, with nothing missing after `position`. */
  reset(position: P): void
}

export function createWindow<E, P>(
  start: P,
  options: WindowLimits & { compare: (a: P, b: P) => number },
): Window<E, P> {
  const { maxEntries, maxBytes, compare } = options
  let entries: WindowEntry<E, P>[] = []
  let first = 0
  let base = start
  let bytes = 0

  function drop(count: number): void {
    // Taken from the front in one go: one at a time would move the rest each time.
    for (const gone of entries.splice(0, count)) {
      bytes -= gone.bytes
      base = gone.position
    }
    first += count
  }

  function countTooMany(): number {
    let count = 0
    if (entries.length > maxEntries) {
      count = Math.max(Math.floor(maxEntries / 4), entries.length - maxEntries)
    }
    let left = bytes
    for (const entry of entries.slice(0, count)) left -= entry.bytes
    // The newest stays, however large: somebody may be about to take it.
    for (; left > maxBytes && count < entries.length - 1; count++)
      left -= entries[count]?.bytes ?? 0
    return count
  }

  return {
    get first() {
      return first
    },
    get end() {
      return first + entries.length
    },
    get base() {
      return base
    },
    at: (place) => entries[place - first],
    placeAfter(position) {
      let low = 0
      let high = entries.length
      while (low < high) {
        const middle = (low + high) >>> 1
        const entry = entries[middle]
        if (entry === undefined) break
        const order = compare(entry.position, position)
        // What was never stored has its predecessor's position, and comes after it.
        if (order > 0 || (order === 0 && !entry.isStored)) high = middle
        else low = middle + 1
      }
      return first + low
    },
    add(entry) {
      entries.push(entry)
      bytes += entry.bytes
      const tooMany = countTooMany()
      if (tooMany > 0) drop(tooMany)
    },
    dropBefore(place) {
      if (place > first) drop(Math.min(place - first, entries.length))
    },
    reset(position) {
      first += entries.length
      entries = []
      bytes = 0
      base = position
    },
  }
}
