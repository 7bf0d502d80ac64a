import { setTimeout as sleep } from 'node:timers/promises'

const longestMs = 120_000

/** Asks until there is an answer other than null. Rejects when there is none for two minutes. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | null>,
  { everyMs }: { everyMs: number },
): Promise<T> {
  const startedAt = performance.now()
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() - startedAt > longestMs) throw new Error(`${what}: not in two minutes`)
    await sleep(everyMs)
  }
}
