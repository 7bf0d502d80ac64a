const minute = 60_000
const hour = 60 * minute

/** After the first failed try, the second, and so on; after the last of them, about three days, it is dead. */
export const webhookRetriesMs: readonly number[] = [
  5_000,
  30_000,
  2 * minute,
  10 * minute,
  hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
]

const maxRetryAfterMs = 24 * hour

/** How long after the failed try `attempt` (1, 2…) the next one is due; null when it was the last. */
export function retryDelayMs(
  attempt: number,
  options: { retryAfterMs: number | null; retriesMs: readonly number[]; random: () => number },
): number | null {
  const delayMs = options.retriesMs[attempt - 1]
  if (delayMs === undefined) return null
  // Not all at the same moment, when an endpoint has been away for all of them.
  const jittered = delayMs * (0.8 + 0.4 * options.random())
  return Math.round(Math.max(jittered, Math.min(options.retryAfterMs ?? 0, maxRetryAfterMs)))
}

/** What a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds, or a date); null without one. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
