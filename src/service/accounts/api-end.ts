import type { Outcome } from '../../events/outcome.ts'

/** What the end of an attempt says of the login that it used. */
export type ApiEnd = 'answered' | 'limited' | 'failed' | 'refused' | 'unknown'

type Ended = {
  outcome: Outcome
  error: { code: string } | null
  /** HTTP status of the API error that ended it. */
  apiStatus?: number | null
}

/** Whether a subscription's usage limit was reached; what merely asked too often is no such thing. */
export function isUsageLimit({
  outcome,
  error,
}: Pick<Ended, 'error'> & { outcome: string }): boolean {
  return outcome === 'rate_limited' && error?.code === 'usage_limit'
}

/** Errors without a status that are the request's own, and no failure of the API. */
const ownFaults: ReadonlySet<string> = new Set(['max_output_tokens', 'model_not_found'])

/** What an attempt's end says of the API and of the login. */
export function toApiEnd(end: Ended): ApiEnd {
  const { outcome, error, apiStatus = null } = end
  switch (outcome) {
    case 'ok':
    case 'max_turns':
    case 'budget_exceeded':
    case 'refused':
    case 'permission_denied':
      return 'answered'
    case 'auth':
      return 'refused'
    case 'rate_limited':
      return isUsageLimit(end) ? 'limited' : 'failed'
    case 'overloaded':
      return 'failed'
    case 'api_error':
      if (apiStatus === null) return ownFaults.has(error?.code ?? '') ? 'unknown' : 'failed'
      return apiStatus >= 500 ? 'failed' : 'unknown'
    case 'agent_error':
    case 'context_overflow':
    case 'timeout':
    case 'stalled':
    case 'cancelled':
    case 'killed':
    case 'spawn_failed':
    case 'session_not_found':
    case 'protocol':
    case 'output_limit':
    case 'disk_full':
    case 'lost':
    case 'parked':
    case 'dependency_failed':
      return 'unknown'
    default:
      return outcome satisfies never
  }
}

/**
 * What the API has against a conversation: the same every time it is sent. Null for what passes, or
 * concerns the login, the model's name or anything else that is not the conversation.
 */
export function toRefusal({ outcome, error, apiStatus = null }: Ended): string | null {
  const code = error?.code ?? outcome
  if (outcome === 'context_overflow') return `${outcome} ${code}`
  if (outcome !== 'api_error' || apiStatus === null || code === 'model_not_found') return null
  const isRefusal = apiStatus >= 400 && apiStatus < 500
  return isRefusal ? `${apiStatus} ${code}` : null
}
