import { dependentsToSettle, settleDependent } from '../store/queue/settle-dependents.ts'
import { toError } from '../util/to-error.ts'
import type { ServiceContext } from './context.ts'
import { lookAgain } from './look-again.ts'
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
  /** Whether there may be more: what an end has made of one is news for the next. */
  async function settleSome(signal: AbortSignal): Promise<boolean> {
    let hasSettled = false
    for (const id of await dependentsToSettle(store, { limit: atOnce })) {
      if (signal.aborted) break
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

  return lookAgain(store, {
    wokenBy: 'dependencies',
    look: async (signal) => ((await settleSome(signal)) ? 0 : lookAnywayMs),
    onError(error) {
      log.warn({ err: toError(error) }, 'dependencies wait for the database')
      return lookAnywayMs
    },
  })
}
