import { setTimeout as sleep } from 'node:timers/promises'

/** Names that replies wait for. Once released, a name stays open. */
export type Gates = {
  wait(name: string, options: { signal: AbortSignal }): Promise<void>
  release(name: string): void
  /** Names that somebody waits for now. */
  waiting(): string[]
}

export function createGates(): Gates {
  const open = new Set<string>()
  const waiters = new Map<() => void, string>()
  return {
    async wait(name, { signal }) {
      if (open.has(name) || signal.aborted) return
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          waiters.delete(settle)
          signal.removeEventListener('abort', settle)
          resolve()
        }
        waiters.set(settle, name)
        signal.addEventListener('abort', settle)
      })
    },
    release(name) {
      open.add(name)
      for (const [settle, waited] of waiters) if (waited === name) settle()
    },
    waiting: () => [...waiters.values()],
  }
}

/** Waits so long, or until the signal is aborted. */
export async function pause(ms: number, options: { signal: AbortSignal }): Promise<void> {
  try {
    await sleep(ms, undefined, options)
  } catch (error) {
    if (!options.signal.aborted) throw error
  }
}
