/** What was opened, closed in reverse order. */
export type Releasers = {
  /** Owns it from now on, and gives it back. */
  use<T extends AsyncDisposable | Disposable>(resource: T): T
  add(release: () => Promise<void> | void): void
  /** Closes everything, the newest first, whatever fails on the way; then throws what failed first. */
  releaseAll(): Promise<void>
}

/** An AsyncDisposableStack, which Node has only from version 24 on. */
export function createReleasers(): Releasers {
  const releases: (() => Promise<void> | void)[] = []
  return {
    use(resource) {
      releases.push(() =>
        Symbol.asyncDispose in resource
          ? Promise.resolve(resource[Symbol.asyncDispose]())
          : resource[Symbol.dispose](),
      )
      return resource
    },
    add: (release) => void releases.push(release),
    async releaseAll() {
      const failures: unknown[] = []
      for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
        try {
          await release()
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
    },
  }
}
