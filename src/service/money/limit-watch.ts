import { limitedSessions } from '../../store/money/limited-sessions.ts'
import { wakeSession } from '../../store/queue/wake.ts'
import { toError } from '../../util/to-error.ts'
import type { ServiceContext } from '../context.ts'

/** Lets runs look again that wait for a limit on money to begin anew. */
export type LimitWatch = AsyncDisposable & {
  /** Limits may be others now: whoever does not fit waits on, and says nothing. */
  look(): void
}

/** Looks at once: the limits may have been raised while no hostler ran. */
export function watchLimits({ store, log }: Pick<ServiceContext, 'store' | 'log'>): LimitWatch {
  let work = Promise.resolve()

  async function wakeAll(): Promise<void> {
    for (const id of await limitedSessions(store)) {
      await store.transact((tx) => wakeSession(tx, id))
    }
  }

  function look(): void {
    work = work.then(wakeAll).catch((error: unknown) => {
      log.warn({ err: toError(error) }, 'runs that wait for a limit were not told of new ones')
    })
  }

  look()
  return {
    look,
    [Symbol.asyncDispose]: () => work,
  }
}
