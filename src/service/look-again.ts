import { setTimeout as sleep } from 'node:timers/promises'
import type { BusMessage } from '../store/bus.ts'
import type { Store } from '../store/store.ts'

/** Work that is looked for again and again, as any notice of it may be lost. */
export type Lookout = {
  wokenBy: BusMessage['type']
  /** Does what there is to do, and says in how many milliseconds to look again. */
  look: (signal: AbortSignal) => Promise<number>
  /** The same after a failure. */
  onError: (error: unknown) => number
}

/** Looks at once, whenever the bus tells of it, and when its time has come; until it is disposed of. */
export function lookAgain(
  { bus }: Pick<Store, 'bus'>,
  { wokenBy, look, onError }: Lookout,
): AsyncDisposable {
  const closing = new AbortController()
  let wake = new AbortController()
  const unsubscribe = bus.subscribe(({ type }) => {
    if (type === wokenBy) wake.abort()
  })

  async function lookOn(): Promise<void> {
    while (!closing.signal.aborted) {
      // Before the look: what is told of meanwhile may have been missed by it.
      wake = new AbortController()
      const idleMs = await look(closing.signal).catch(onError)
      const signal = AbortSignal.any([wake.signal, closing.signal])
      await sleep(idleMs, undefined, { signal }).catch(() => undefined)
    }
  }

  const looking = lookOn()
  return {
    async [Symbol.asyncDispose]() {
      unsubscribe()
      closing.abort()
      await looking
    },
  }
}
