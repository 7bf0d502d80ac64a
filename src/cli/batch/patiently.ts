import { setTimeout as sleep } from 'node:timers/promises'
import { HostlerError } from '../../errors.ts'

const patienceMs = 60_000
const pauseMs = 1_000

/**
 * A call that a batch must not end with: while the server says that there are too many, it is made again
 * when that is over; while the server is away, for a minute.
 */
export async function patiently<T>(
  call: () => Promise<T>,
  { signal, onWait }: { signal: AbortSignal; onWait: (problem: string) => void },
): Promise<T> {
  const endAt = performance.now() + patienceMs
  for (;;) {
    try {
      // One try after the other.
      return await call()
    } catch (error) {
      const waitMs = toWaitMs(error, endAt)
      if (waitMs === null || signal.aborted) throw error
      onWait(error instanceof Error ? error.message : String(error))
      await sleep(waitMs, undefined, { signal })
    }
  }
}

function toWaitMs(error: unknown, endAt: number): number | null {
  if (!(error instanceof HostlerError)) return null
  if (error.code === 'too_many_requests') {
    const seconds = Number(error.params['seconds'])
    return Number.isFinite(seconds) ? Math.max(1, seconds) * 1000 : pauseMs
  }
  const isAway = error.code === 'server_unreachable' || error.code === 'database_unavailable'
  return isAway && performance.now() < endAt ? pauseMs : null
}
