import type { Access } from '../routing/endpoint.ts'
import type { ServerSettings } from '../services.ts'
import { assertAccess, authenticate, type Identity } from './authenticate.ts'
import { assertHost, assertOrigin } from './host-and-origin.ts'
import { isLoopback } from './loopback.ts'
import type { RateLimiter } from './rate-limiter.ts'
import type { TokenCache } from './token-cache.ts'

/** The ends of a connection; null in a call within the process. */
export type Ends = {
  localAddress: string | null
  remoteAddress: string | null
  isOfAgent: () => Promise<boolean>
}

export type Guard = {
  /** Lets a request in, or throws why not. Null when nobody was asked who they are. */
  admit(request: Request, ask: { access: Access; ends: Ends }): Promise<Identity | null>
  /** For what no endpoint takes, such as a path that is not there. */
  assertName(request: Request, ends: Ends): void
}

export type GuardOptions = {
  tokens: TokenCache
  limiter: RateLimiter
  settings: () => ServerSettings
  /** The address that is listened on. */
  host: string
}

/** Everything that decides whether a request is let in, the cheapest first. */
export function createGuard({ tokens, limiter, settings, host }: GuardOptions): Guard {
  const isBoundToLoopback = isLoopback(host)

  function assertName(request: Request, { localAddress }: Ends): void {
    const { allowedHosts, allowedOrigins } = settings()
    assertHost(request, { allowedHosts, localAddress })
    assertOrigin(request, allowedOrigins)
  }

  return {
    assertName,
    async admit(request, { access, ends }) {
      if (access === 'anybody') return null
      assertName(request, ends)
      if (access === 'everybody') return null
      const perMinute = settings().requestsPerMinute
      const asked = { tokens, limiter, perMinute, isBoundToLoopback, ends }
      const identity = await authenticate(request, asked)
      assertAccess(identity, access)
      return identity
    },
  }
}
