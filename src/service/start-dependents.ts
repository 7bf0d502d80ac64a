import { setTimeout as sleep } from 'node:timers/promises'
import { dependentsToSettle, settleDependent } from '../store/queue/settle-dependents.ts'
import { toError } from '../util/to-error.ts'
import type { ServiceContext } from './context.ts'
import { tellRunEnded } from './deliver/tell-run-ended.ts'
import { observeRunEnd } from './observe-run-end.ts'

const atOnce = 100
/** Looked at this often though nobody has said anything: a message may have been lost, or its sender. */
const lookAnywayMs = 2_000

/**
 * Sees to it that the end of a run reaches those that depend on it. Any number of processes may do it:
 * each end is counted once, whoever counts it, and one whose process has died is found by the next look.
 */
export function startDependents(
  context: Pick<ServiceContext, 'store' | 'log' | 'configuration' | 'observer'>,
): AsyncDisposable {
  const { store, log } = context
  const closing = new AbortController()
  let wake = new AbortController()

  const unsubscribe = store.bus.subscribe(({ type }) => {
    if (type === 'dependencies') wake.abort()
  })

  /** Whether there may be more: what an end has made of one is news for the next. */
  async function settleSome(): Promise<boolean> {
    let hasSettled = false
    for (const id of await dependentsToSettle(store, { limit: atOnce })) {
      if (closing.signal.aborted) break
      // One after the other: those of one session would wait for each other.
      if (await settleOne(id)) hasSettled = true
    }
    return hasSettled
  }

  /** One that cannot be seen to must not hold up the others. */
  async function settleOne(runId: string): Promise<boolean> {
    try {
      const ended = await settleDependent(store, runId, {
        deliveries: (end) => tellRunEnded(context.configuration().webhooks, end),
      })
      if (ended !== null) observeRunEnd(context, ended)
      return true
    } catch (error) {
      log.warn({ err: toError(error), runId }, 'a dependency could not be seen to; trying again')
      return false
    }
  }

  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      wake = new AbortController()
      try {
        if (await settleSome()) continue
      } catch (error) {
        log.warn({ err: toError(error) }, 'dependencies wait for the database')
      }
      const signal = AbortSignal.any([wake.signal, closing.signal])
      await sleep(lookAnywayMs, undefined, { signal }).catch(() => undefined)
    }
  }

  const looking = look()
  return {
    async [Symbol.asyncDispose]() {
      unsubscribe()
      closing.abort()
      await looking
    },
  }
}
