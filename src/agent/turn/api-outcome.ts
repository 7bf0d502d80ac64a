import type { Outcome } from '../../events/outcome.ts'
import { loginCure, type Judgement } from './judgement.ts'
import type { ResultFigures } from '../messages/result-figures.ts'
import type { RateLimit, TurnEvidence } from './turn-evidence.ts'

/** What an error of the Messages API, or of the way to it, means for a turn. */
export function apiOutcome(result: ResultFigures, turn: TurnEvidence, message: string): Judgement {
  const status = result.apiStatus ?? turn.apiError?.status ?? null
  const kind = turn.apiError?.kind ?? ''
  const { outcome, cure } = classify(status, kind, turn)
  const limit = outcome === 'rate_limited' ? reachedLimit(turn) : null
  const code = limit !== null ? 'usage_limit' : kind === '' || kind === 'unknown' ? outcome : kind
  return {
    outcome,
    error: { code, message, cure },
    apiStatus: status,
    retryAt: limit?.resetsAt ?? null,
  }
}

/** A subscription's limit, where it is one that has refused the turn, and not a server that is busy. */
function reachedLimit({ rateLimit }: TurnEvidence): RateLimit | null {
  if (rateLimit?.status !== 'rejected') return null
  return rateLimit.resetsAt === null && rateLimit.limitType === null ? null : rateLimit
}

function classify(
  status: number | null,
  kind: string,
  turn: TurnEvidence,
): { outcome: Outcome; cure: string | null } {
  const isLogin = kind === 'authentication_failed' || kind === 'oauth_org_not_allowed'
  if (isLogin || status === 401 || status === 403) return { outcome: 'auth', cure: loginCure }
  if (kind === 'billing_error') return { outcome: 'auth', cure: 'top up the account’s credit' }
  if (status === 429 || kind === 'rate_limit') {
    return {
      outcome: 'rate_limited',
      cure:
        reachedLimit(turn) !== null
          ? 'wait until the usage limit resets'
          : 'wait a minute and retry',
    }
  }
  if (status === 529) return { outcome: 'overloaded', cure: 'retry it later' }
  if (kind === 'model_not_found') {
    return { outcome: 'api_error', cure: 'name a model that this account may use' }
  }
  if (status === 413) {
    return { outcome: 'context_overflow', cure: 'send fewer or smaller images and files' }
  }
  const isPassing = status === null || status >= 500
  return { outcome: 'api_error', cure: isPassing ? 'retry it later' : null }
}
