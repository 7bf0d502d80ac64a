import { z } from 'zod'
import { milliseconds } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { Run } from '../contract/run.ts'
import { findRun } from './find-run.ts'
import type { Front } from './front.ts'
import { readRun } from './read-runs.ts'

export type WaitOptions = { timeoutMs?: number; signal?: AbortSignal }

const waitSchema: z.ZodType<{ timeoutMs?: number }> = z.strictObject({
  timeoutMs: milliseconds.exactOptional(),
})

// Wake-ups are only hints: one that is lost must not make a waiter wait for ever.
const lookAnywayMs = 2_000

/**
 * Resolves when the run has ended, or the time is over: looks whenever its session's log has grown by
 * what may be the end. @throws not_found, invalid_input, what an aborted signal says
 */
export async function waitForRun(
  { context }: Front,
  id: string,
  { signal, ...rest }: WaitOptions = {},
): Promise<Run> {
  const { store } = context
  const { timeoutMs } = parseInput(waitSchema, rest, { name: 'options' })
  signal?.throwIfAborted()
  const { session_id: sessionId } = await findRun(store, id)
  const endAt = timeoutMs === undefined ? Infinity : performance.now() + timeoutMs
  let hasChanged = Promise.withResolvers<void>()
  const wake = (): void => hasChanged.resolve()
  const unsubscribe = store.bus.subscribe((message) => {
    if (message.type === 'events' && message.sessionId === sessionId) {
      // Within this process it says what was stored, and mostly that is not the end.
      if (message.events?.every((event) => event.type !== 'run_ended') !== true) wake()
    }
  })
  signal?.addEventListener('abort', wake)
  try {
    for (;;) {
      hasChanged = Promise.withResolvers<void>()
      const { ended_at: endedAt } = await findRun(store, id)
      signal?.throwIfAborted()
      const leftMs = endAt - performance.now()
      if (endedAt !== null || leftMs <= 0) return await readRun(context, id, { reader: store })
      const timer = setTimeout(wake, Math.min(leftMs, lookAnywayMs))
      await hasChanged.promise.finally(() => clearTimeout(timer))
    }
  } finally {
    signal?.removeEventListener('abort', wake)
    unsubscribe()
  }
}
