/** What is left after a request was let in, or how long to wait when it was not. */
export type Allowance = { isAllowed: boolean; remaining: number; waitSeconds: number }

export type RateLimiter = {
  /** Counts one request. */
  take(key: string, perMinute: number): Allowance
  /** Looks only. */
  look(key: string, perMinute: number): Allowance
}

type Bucket = { tokens: number; at: number }

const maxBuckets = 10_000

/** Token buckets: a minute's worth may come at once, then as much as flows in again. */
export function createRateLimiter({ nowMs }: { nowMs: () => number }): RateLimiter {
  const buckets = new Map<string, Bucket>()

  function filled(key: string, perMinute: number): Bucket {
    const now = nowMs()
    const bucket = buckets.get(key) ?? { tokens: perMinute, at: now }
    const flowedIn = ((now - bucket.at) / 60_000) * perMinute
    return { tokens: Math.min(perMinute, bucket.tokens + flowedIn), at: now }
  }

  return {
    take(key, perMinute) {
      const bucket = filled(key, perMinute)
      const isAllowed = bucket.tokens >= 1
      if (isAllowed) bucket.tokens -= 1
      // Last used last, so that the first ones are those to forget.
      buckets.delete(key)
      buckets.set(key, bucket)
      const oldest = buckets.size > maxBuckets ? buckets.keys().next().value : undefined
      if (oldest !== undefined) buckets.delete(oldest)
      return toAllowance(isAllowed, bucket.tokens, perMinute)
    },
    look(key, perMinute) {
      const { tokens } = filled(key, perMinute)
      return toAllowance(tokens >= 1, tokens, perMinute)
    },
  }
}

function toAllowance(isAllowed: boolean, tokens: number, perMinute: number): Allowance {
  const waitSeconds = tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 60) / perMinute)
  return { isAllowed, remaining: Math.floor(tokens), waitSeconds }
}
