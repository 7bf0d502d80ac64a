import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceContext } from '../context.ts'
import type { Configuration } from '../contract/configuration.ts'
import { toError } from '../../util/to-error.ts'
import { removeOld } from './remove-old.ts'

const hourMs = 3_600_000

/** Removes every hour what is not to be kept, a little while after the start for the first time. */
export function startRetention(
  {
    store,
    configuration,
    log,
  }: Pick<ServiceContext, 'store' | 'log'> & {
    configuration: () => Pick<Configuration, 'profiles'>
  },
  options: { firstMs?: number; everyMs?: number } = {},
): AsyncDisposable {
  const { firstMs = 60_000, everyMs = hourMs } = options
  const closing = new AbortController()
  const { signal } = closing

  async function run(): Promise<void> {
    for (let waitMs = firstMs; ; waitMs = everyMs) {
      // Not all processes of one database at the same moment.
      await sleep(waitMs * (0.8 + 0.4 * Math.random()), undefined, { signal }).catch(
        () => undefined,
      )
      if (signal.aborted) return
      try {
        const removed = await removeOld(store, {
          profiles: Object.values(configuration().profiles),
          signal,
        })
        log.debug({ removed }, 'removed what is not kept')
      } catch (error) {
        log.warn({ err: toError(error) }, 'old data could not be removed; trying again later')
      }
    }
  }

  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await running
    },
  }
}
