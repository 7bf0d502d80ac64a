import { createHash } from 'node:crypto'
import type { TokenSource, VerifiedToken } from '../services.ts'

/** Verified tokens, remembered for a moment. */
export type TokenCache = TokenSource & {
  /** Whether this one was found valid a moment ago. */
  knows(token: string): boolean
  /** At once, when a token was made or revoked through this server. */
  forget(): void
}

/** How long a token that another process revokes is still let in. */
const keepMs = 1_000
const maxTokens = 1_000

/** Spares the database a query for each request; keeps hashes, never a token itself. */
export function createTokenCache(
  source: TokenSource,
  { nowMs }: { nowMs: () => number },
): TokenCache {
  const verified = new Map<string, { token: VerifiedToken; until: number }>()
  let any: { isThere: boolean; until: number } | null = null
  // What was asked before a revocation and is answered after it is not to be kept.
  let generation = 0

  function find(key: string): VerifiedToken | null {
    const found = verified.get(key)
    return found !== undefined && found.until > nowMs() ? found.token : null
  }

  return {
    knows: (token) => find(toKey(token)) !== null,
    async verify(token) {
      const key = toKey(token)
      const found = find(key)
      if (found !== null) return found
      const asked = generation
      const fresh = await source.verify(token)
      verified.delete(key)
      if (fresh === null || asked !== generation) return fresh
      verified.set(key, { token: fresh, until: nowMs() + keepMs })
      const oldest = verified.size > maxTokens ? verified.keys().next().value : undefined
      if (oldest !== undefined) verified.delete(oldest)
      return fresh
    },
    async anyValid() {
      if (any !== null && any.until > nowMs()) return any.isThere
      const asked = generation
      const isThere = await source.anyValid()
      if (asked === generation) any = { isThere, until: nowMs() + keepMs }
      return isThere
    },
    forget() {
      generation += 1
      verified.clear()
      any = null
    },
  }
}

function toKey(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
