import { setTimeout as sleep } from 'node:timers/promises'
import { HostlerError } from '../../../src/client/index.ts'

/** What a client meets while hostlers die, and tries again after. */
const passing: ReadonlySet<string> = new Set([
  'server_unreachable',
  'not_accepting',
  'database_unavailable',
])

/** Does it until a hostler is there for it. */
export async function untilReached<T>(signal: AbortSignal, step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (signal.aborted || !isPassing(error)) throw error
    }
    await sleep(50, undefined, { signal })
  }
}

export function isPassing(error: unknown): boolean {
  return error instanceof HostlerError && passing.has(error.code)
}

export function codeOf(error: unknown): string {
  return error instanceof HostlerError ? error.code : String(error)
}
