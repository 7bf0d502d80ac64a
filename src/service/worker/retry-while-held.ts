import { setTimeout as sleep } from 'node:timers/promises'
import { HostlerError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Serve } from './worker-parts.ts'

const firstPauseMs = 50
const longestPauseMs = 2000

/**
 * Does it again for as long as the database cannot be had and the session is held: what an agent has
 * done must not be thrown away because a disk was full or a server restarted.
 */
export async function retryWhileHeld<T>(
  serve: Pick<Serve, 'session' | 'letGo'>,
  log: Log,
  step: () => Promise<T>,
): Promise<T> {
  let pauseMs = firstPauseMs
  for (;;) {
    try {
      return await step()
    } catch (error) {
      const isPassing = error instanceof HostlerError && error.code === 'database_unavailable'
      if (!isPassing || serve.letGo.signal.aborted) throw error
      log.warn({ sessionId: serve.session.id, problem: error.message }, 'waiting for the database')
    }
    await sleep(pauseMs, undefined, { signal: serve.letGo.signal })
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }
}
