/** Something at a place of a list that comes after what is at other places of it. */
type Ordered = { at: number; after: readonly number[] }

/** Those that depend on each other in a circle, the first one again at its end; null: none do. */
export function findCycle<T extends Ordered>(entries: readonly T[]): T[] | null {
  const left = new Map(entries.map((one) => [one.at, one]))
  for (const one of inOrder(entries)) left.delete(one.at)
  // What is left is in a circle, or comes after one: whoever goes back from it arrives there.
  const path: T[] = []
  let [next] = left.values()
  while (next !== undefined) {
    const from = path.indexOf(next)
    if (from !== -1) return [...path.slice(from), next]
    path.push(next)
    const before = next.after.find((at) => left.has(at))
    next = before === undefined ? undefined : left.get(before)
  }
  return null
}

/** Each after those that it depends on, otherwise as they stand; what is in a circle is left out. */
export function inOrder<T extends Ordered>(entries: readonly T[]): T[] {
  const waiting = new Map<number, T[]>(entries.map(({ at }) => [at, []]))
  const open = new Map<number, number>()
  for (const one of entries) {
    const after = new Set(one.after)
    open.set(one.at, after.size)
    for (const at of after) waiting.get(at)?.push(one)
  }
  const ordered = entries.filter(({ at }) => open.get(at) === 0)
  for (const done of ordered) {
    for (const one of waiting.get(done.at) ?? []) {
      const left = (open.get(one.at) ?? 0) - 1
      open.set(one.at, left)
      if (left === 0) ordered.push(one)
    }
  }
  return ordered
}
