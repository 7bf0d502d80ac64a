import type { Failure } from './script.ts'

/** An error answer of the Messages API. */
export type HttpFailure = {
  status: number
  errorType: string
  message: string
  headers: Record<string, string>
}

/** The HTTP answer for a failure, or `null` for those that are no HTTP error. */
export function toHttpFailure(
  failure: Failure,
  context: { nowMs: number; model: string },
): HttpFailure | null {
  switch (failure.kind) {
    case 'rate_limited':
      return answer(429, 'rate_limit_error', failure.message ?? 'Rate limited', {
        ...(failure.retryAfterS !== undefined && { 'retry-after': String(failure.retryAfterS) }),
      })
    case 'usage_limit':
      return answer(
        429,
        'rate_limit_error',
        'This request would exceed your account’s rate limit. Please try again later.',
        toUsageLimitHeaders(failure, context.nowMs),
      )
    case 'overloaded':
      return answer(529, 'overloaded_error', 'Overloaded')
    case 'server_error':
      return answer(500, 'api_error', failure.message ?? 'Internal server error')
    case 'unauthorized':
      return answer(401, 'authentication_error', failure.message ?? 'invalid x-api-key')
    case 'forbidden':
      return answer(403, 'permission_error', failure.message ?? 'not allowed')
    case 'bad_request':
      return answer(400, 'invalid_request_error', failure.message ?? 'bad request')
    case 'credit_too_low':
      return answer(
        400,
        'invalid_request_error',
        'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      )
    case 'model_not_found':
      return answer(404, 'not_found_error', `model: ${context.model}`)
    case 'prompt_too_long': {
      const { tokens = 250_000, limit = 200_000 } = failure
      return answer(
        400,
        'invalid_request_error',
        `prompt is too long: ${tokens} tokens > ${limit} maximum`,
      )
    }
    case 'http':
      return answer(
        failure.status,
        failure.errorType ?? 'api_error',
        failure.message ?? `status ${failure.status}`,
        failure.headers,
      )
    case 'refusal':
    case 'empty':
    case 'stream_error':
    case 'drop':
    case 'stall':
      return null
    default:
      return failure satisfies never
  }
}

/**
 * The headers by which the API tells a subscriber's client of a used-up limit, as the CLI reads them.
 * Times in epoch seconds.
 */
function toUsageLimitHeaders(
  failure: Extract<Failure, { kind: 'usage_limit' }>,
  nowMs: number,
): Record<string, string> {
  const claim = failure.claim ?? 'five_hour'
  const nowS = Math.floor(nowMs / 1000)
  const resetsAt = failure.resetsAt ?? nowS + (failure.resetsInS ?? 2 * 3600)
  const toWindow = (
    key: string,
    isUsedUp: boolean,
    otherReset: number,
  ): Record<string, string> => ({
    [`anthropic-ratelimit-unified-${key}-status`]: isUsedUp ? 'rejected' : 'allowed',
    [`anthropic-ratelimit-unified-${key}-reset`]: String(isUsedUp ? resetsAt : otherReset),
    [`anthropic-ratelimit-unified-${key}-utilization`]: isUsedUp ? '1' : '0.4',
  })
  return {
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-reset': String(resetsAt),
    'anthropic-ratelimit-unified-representative-claim': claim,
    'anthropic-ratelimit-unified-overage-status': 'rejected',
    'anthropic-ratelimit-unified-overage-disabled-reason': 'org_level_disabled',
    ...toWindow('5h', claim === 'five_hour', nowS + 3600),
    ...toWindow('7d', claim === 'seven_day', nowS + 3 * 86_400),
  }
}

function answer(
  status: number,
  errorType: string,
  message: string,
  headers: Record<string, string> = {},
): HttpFailure {
  return { status, errorType, message, headers }
}
