import { dueSchedules, nextScheduleIn } from '../../store/schedules/due-schedules.ts'
import { toError } from '../../util/to-error.ts'
import type { ServiceContext } from '../context.ts'
import { lookAgain } from '../look-again.ts'
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
  return lookAgain(context.store, {
    wokenBy: 'schedules',
    look: (signal) => fireDue(context, { signal }),
    onError(error) {
      context.log.warn({ err: toError(error) }, 'schedules could not be read; trying again')
      return lookAnywayMs
    },
  })
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
