import { hostlerError } from '../../errors.ts'
import { line } from '../../service/api-schema/fields.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import type { AgentCalls } from '../../service/contract/agent-calls.ts'
import type { Call, HeaderParam } from '../routing/endpoint.ts'
import { readWaitMs } from './run-wait.ts'

/** The calls of the run that the token is for. */
export function agentCallsOf({ identity, services }: Call): AgentCalls {
  const runId = identity?.runId
  if (runId === undefined) throw hostlerError('run_token_needed', {})
  return services.agentCalls(runId)
}

export const keyParam: HeaderParam = {
  name: 'Idempotency-Key',
  description: 'The same again under the same key is done once.',
}

/** What the caller says that makes the same call again the same. @throws invalid_input */
export function keyOf({ request }: Call): { callKey?: string } {
  const given = request.headers.get(keyParam.name)
  if (given === null) return {}
  // Apart from the CLI's ids of tool calls.
  return { callKey: `http:${parseInput(line(200), given, { name: keyParam.name })}` }
}

/** Waits as long as `wait` says; as it is when the server stops. */
export async function waitForAgent<T>(
  { request, query, services }: Call,
  look: (options: { waitMs: number; signal?: AbortSignal }) => Promise<T>,
): Promise<T> {
  const waitMs = readWaitMs(query['wait'])
  if (waitMs === 0 || services.closing.aborted) return await look({ waitMs: 0 })
  // By hand: the server's signal lives as long as the server, and every wait has to let go of it.
  const over = new AbortController()
  const end = (): void => over.abort()
  const signals = [request.signal, services.closing]
  for (const signal of signals) signal.addEventListener('abort', end, { once: true })
  try {
    return await look({ waitMs, signal: over.signal })
  } catch (error) {
    if (services.closing.aborted) return await look({ waitMs: 0 })
    throw error
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', end)
  }
}
