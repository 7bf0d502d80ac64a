import { openRequestsOf } from '../../store/requests.ts'
import type { Store } from '../../store/store.ts'
import type { Serve } from './worker-parts.ts'

/** Watches how long a run waits for humans with its agent alive. */
export type LatenessWatch = {
  /** The run waits, or has gone on. */
  look(): Promise<void>
  stop(): void
}

/** Parks the run when what it asked first has been open for longer than its profile keeps an agent for it. */
export function watchLateness(
  store: Store,
  { run, parking }: Pick<Serve, 'run' | 'parking'>,
  options: { parkAfterMs: number; later: (step: () => Promise<void>) => void },
): LatenessWatch {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  async function look(): Promise<void> {
    clearTimeout(timer)
    const [first] = await openRequestsOf(store, run.id)
    if (first === undefined || isStopped) return
    const leftMs = first.opened_at + options.parkAfterMs - store.clock()
    if (leftMs <= 0) parking.abort({ on: 'human', reason: `${first.kind} request` })
    else timer = setTimeout(() => options.later(look), leftMs)
  }

  return {
    look,
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
