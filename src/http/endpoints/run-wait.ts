import { z } from 'zod'
import type { Run } from '../../service/contract/run.ts'
import { waitSecondsSchema } from '../../service/api-schema/run-schema.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import type { Call } from '../routing/endpoint.ts'
import type { QueryParam } from '../routing/read-query.ts'

export const waitParam: QueryParam = {
  name: 'wait',
  kind: 'integer',
  description: 'Answer when the run has ended, or after so many seconds (up to 300).',
}

/** @throws HostlerError `invalid_input` */
export function readWaitMs(given: unknown): number {
  const { wait = 0 } = parseInput(
    z.strictObject({ wait: waitSecondsSchema.exactOptional() }),
    { wait: given },
    { name: 'query' },
  )
  return wait * 1000
}

export function hasEnded({ state }: Run): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

/** The run when it has ended, or as it is when time is up or the server stops. */
export async function waitForRun(
  { hostler, request, services }: Call,
  { run, waitMs }: { run: Run; waitMs: number },
): Promise<Run> {
  if (waitMs === 0 || services.closing.aborted) return run
  // By hand and not with `AbortSignal.any`: the server's signal lives as long as the server, and every
  // wait has to let go of it.
  const over = new AbortController()
  const end = (): void => over.abort()
  const signals = [request.signal, services.closing]
  for (const signal of signals) signal.addEventListener('abort', end, { once: true })
  try {
    return await hostler.runs.wait(run.id, { timeoutMs: waitMs, signal: over.signal })
  } catch (error) {
    if (services.closing.aborted) return run
    throw error
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end)
  }
}
