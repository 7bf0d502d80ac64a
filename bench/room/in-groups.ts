/** Some at a time: all at once would measure the machine. Results in the order of the list. */
export async function inGroups<T, R>(
  list: readonly T[],
  size: number,
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const done: R[] = []
  for (let at = 0; at < list.length; at += size) {
    done.push(...(await Promise.all(list.slice(at, at + size).map(work))))
  }
  return done
}
