import { toError } from '../../util/to-error.ts'
import type { BusMessage } from '../../store/bus.ts'
import type { Claim } from '../../store/queue/claim.ts'
import type { Log } from '../../log.ts'

/** Looked at this often though nobody has said anything: a message may have been lost. */
const lookAnywayMs = 1000
const afterErrorMs = 500

export type ClaimLoop = {
  /** A slot is free, or something else has changed. */
  wake(): void
  /** Claims nothing more; resolves when the last claim is handed on. */
  stop(): Promise<void>
}

/** Claims sessions whenever there is room and somebody may be ready. */
export function startClaimLoop(options: {
  claim: () => Promise<Claim[]>
  serve: (claim: Claim) => void
  /** Milliseconds until the next session is ready by itself; null: none. */
  nextReadyIn: () => Promise<number | null>
  subscribe: (listener: (message: BusMessage) => void) => () => void
  log: Log
}): ClaimLoop {
  const { claim, serve, nextReadyIn, subscribe, log } = options
  let isStopped = false
  let isWoken = true
  let ring: () => void = () => undefined

  function wake(): void {
    isWoken = true
    ring()
  }

  async function sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      ring = () => {
        clearTimeout(timer)
        resolve()
      }
      if (isWoken || isStopped) ring()
    })
  }

  async function loop(): Promise<void> {
    while (!isStopped) {
      isWoken = false
      try {
        const claims = await claim()
        for (const one of claims) serve(one)
        // All that was ready is taken, or all slots are; one that gets ready or free wakes this.
        if (isWoken) continue
        const readyIn = await nextReadyIn()
        await sleep(Math.max(1, Math.min(lookAnywayMs, readyIn ?? lookAnywayMs)))
      } catch (error) {
        log.error({ err: toError(error) }, 'sessions could not be claimed')
        isWoken = false
        await sleep(afterErrorMs)
      }
    }
  }

  const unsubscribe = subscribe((message) => {
    if (message.type === 'ready') wake()
  })
  const looping = loop()
  return {
    wake,
    async stop() {
      isStopped = true
      unsubscribe()
      ring()
      await looping
    },
  }
}
