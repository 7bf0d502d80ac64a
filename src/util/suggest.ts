/** The candidate that `word` was probably meant to be, or null when none is near. */
export function suggest(word: string, candidates: readonly string[]): string | null {
  const wanted = fold(word)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` (did you mean "x"?)`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const best = suggest(word, candidates)
  return best === null ? '' : ` (did you mean "${best}"?)`
}

// `max_turns`, `max-turns` and `maxturns` are all slips for `maxTurns`, not three edits away from it.
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '')
}

// Optimal string alignment: like Levenshtein's, but two letters in the wrong order are one slip.
function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      current.push(
        Math.min(
          (previous[column - 1] ?? 0) + (isSame ? 0 : 1),
          (current[column - 1] ?? 0) + 1,
          (previous[column] ?? 0) + 1,
          isSwapped ? (beforePrevious[column - 2] ?? 0) + 1 : Infinity,
        ),
      )
    }
    beforePrevious = previous
    previous = current
  }
  return previous[to.length] ?? 0
}
