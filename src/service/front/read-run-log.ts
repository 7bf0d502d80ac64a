import { z } from 'zod'
import { hostlerError } from '../../errors.ts'
import { attemptsOf } from '../../store/runs/attempts-of.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { whole } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { findRun } from './find-run.ts'
import type { Front } from './front.ts'
import { notFound } from './not-found.ts'

export type RunLogOptions = { attempt?: number; from?: number; to?: number; signal?: AbortSignal }
export type RunLog = { bytes: AsyncIterable<Uint8Array>; from: number; to: number; total: number }

const offset = whole({ from: 0, to: Number.MAX_SAFE_INTEGER }, { unit: 'bytes' })

const logSchema: z.ZodType<Omit<RunLogOptions, 'signal'>> = z.strictObject({
  attempt: whole({ from: 1, to: 1_000_000 }).exactOptional(),
  from: offset.exactOptional(),
  to: offset.exactOptional(),
})

/**
 * What an attempt's agent said, byte for byte. Offsets count from where the attempt begins in its agent's
 * log; the range is cut to what there is. @throws not_found, invalid_input
 */
export async function readRunLog(
  { context: { store }, readLog }: Front,
  id: string,
  { signal, ...rest }: RunLogOptions = {},
): Promise<RunLog> {
  const wanted = parseInput(logSchema, rest, { name: 'options' })
  const run = await findRun(store, id)
  const attempts = await attemptsOf(store, [run.id])
  const attempt = pick(attempts, { runId: run.id, number: wanted.attempt })
  if (wanted.to !== undefined && wanted.to < (wanted.from ?? 0)) {
    const problem = `${wanted.to} is before from, ${wanted.from ?? 0}`
    throw hostlerError('invalid_input', { field: 'to', problem, cure: 'give a larger one' })
  }
  const { agent_id: agentId, log_from: start, log_to: end } = attempt ?? noLog
  if (agentId === null || start === null) return { bytes: nothing(), from: 0, to: 0, total: 0 }
  const limit = end ?? Infinity
  const range = {
    agentId,
    from: Math.min(start + (wanted.from ?? 0), limit),
    ...(end === null && wanted.to === undefined
      ? {}
      : { to: Math.min(start + (wanted.to ?? Infinity), limit) }),
  }
  const log = await readLog({ ...range, ...(signal === undefined ? {} : { signal }) })
  return {
    bytes: log.bytes,
    from: Math.max(0, log.from - start),
    to: Math.max(0, log.to - start),
    total: Math.max(0, Math.min(log.total, limit) - start),
  }
}

const noLog = { agent_id: null, log_from: null, log_to: null }

function pick(
  attempts: readonly AttemptRow[],
  { runId, number }: { runId: string; number: number | undefined },
): AttemptRow | undefined {
  if (number === undefined) return attempts.at(-1)
  const found = attempts.find((one) => one.number === number)
  if (found === undefined) throw notFound('attempt', `${runId}#${number}`)
  return found
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {
  // A run that has not started has said nothing.
}
