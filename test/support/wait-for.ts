import { setTimeout as sleep } from 'node:timers/promises'

export type WaitForOptions = { timeoutMs?: number; what?: string; signal?: AbortSignal }

/**
 * Polls until the check gives something truthy, and returns that. A check that throws counts as not
 * yet; its error is told when time is up (default 10 s).
 */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<NonNullable<T>> {
  const { timeoutMs = 10_000, what = check.toString(), signal } = options
  const endAt = performance.now() + timeoutMs
  let delayMs = 1
  for (;;) {
    let last: unknown
    try {
      const value = await check()
      if (value) return value
      last = value
    } catch (error) {
      last = error
    }
    if (performance.now() >= endAt) {
      const problem = last instanceof Error ? last.message : JSON.stringify(last)
      throw new Error(`not within ${timeoutMs} ms: ${what} (last: ${problem})`, { cause: last })
    }
    await sleep(delayMs, undefined, { signal })
    delayMs = Math.min(delayMs * 2, 25)
  }
}
