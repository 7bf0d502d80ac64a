import { setTimeout as sleep } from 'node:timers/promises'
import { dueSchedules, nextScheduleIn } from '../../store/schedules/due-schedules.ts'
import { toError } from '../../util/to-error.ts'
import type { ServiceContext } from '../context.ts'
import { fireSchedule } from './fire-schedule.ts'

/** Looked at this often though nothing seems due: a clock may be set, a message be lost. */
const lookAnywayMs = 1000
/** What is due may be in another process's hands. */
const minIdleMs = 50
const atOnce = 100

/**
 * Fires schedules when they are due. Every process with a worker does it: each time is fired by one of
 * them, and by another one when that dies.
 */
export function startFiring(context: ServiceContext): AsyncDisposable {
  const { store, log } = context
  const closing = new AbortController()
  let wake = new AbortController()
  const unsubscribe = store.bus.subscribe(({ type }) => {
    if (type === 'schedules') wake.abort()
  })

  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      wake = new AbortController()
      const idleMs = await fireDue(context, { signal: closing.signal }).catch((error: unknown) => {
        log.warn({ err: toError(error) }, 'schedules could not be read; trying again')
        return lookAnywayMs
      })
      const signal = AbortSignal.any([wake.signal, closing.signal])
      await sleep(idleMs, undefined, { signal }).catch(() => undefined)
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

/** Fires all that is due, and says in how many milliseconds to look again. */
export async function fireDue(
  context: ServiceContext,
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const { store, log } = context
  for (;;) {
    const due = shuffled(await dueSchedules(store, { limit: atOnce }))
    let fired = 0
    let failed = 0
    for (const one of due) {
      if (signal?.aborted === true) return 0
      try {
        if (await fireSchedule(context, one)) fired++
      } catch (error) {
        failed++
        log.error({ err: toError(error), schedule: one.name }, 'a schedule could not be fired')
      }
    }
    if (failed > 0) return lookAnywayMs
    if (fired > 0) continue
    const nextIn = due.length > 0 ? 0 : await nextScheduleIn(store)
    return Math.max(minIdleMs, Math.min(lookAnywayMs, nextIn ?? lookAnywayMs))
  }
}

/** In an order of its own, so that several processes do not all ask for the same one. */
function shuffled<T>(all: readonly T[]): T[] {
  return all
    .map((one) => ({ one, place: Math.random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one)
}
