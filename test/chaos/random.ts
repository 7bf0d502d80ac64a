/** Numbers that follow from a seed, so that what they decide can be done again. */
export type Random = {
  /** From 0 up to, and without, 1. */
  next(): number
  /** A whole number, both ends included. */
  int(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  chance(share: number): boolean
}

/** One stream of numbers for each name, so that taking more of one changes nothing of the others. */
export function randomOf(seed: number, name: string): Random {
  let state = seed >>> 0
  for (const char of name)
    state = (Math.imul(state ^ (char.codePointAt(0) ?? 0), 2654435761) + 1) >>> 0
  const next = (): number => {
    // mulberry32, public domain.
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    int,
    pick(list) {
      const found = list[int(0, list.length - 1)]
      if (found === undefined) throw new Error('nothing to pick from')
      return found
    },
    chance: (share) => next() < share,
  }
}
