/** A function that lets at most `limit` of the works it is given go on at a time, first come first served. */
export function limitConcurrency(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // Whoever is next takes this one's place, so that nobody comes in between.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
