import type { ServerSettings } from '../services.ts'
import { isAllowedOrigin } from './host-and-origin.ts'

/** No script, nothing from elsewhere, no frame around it: `/docs` needs its own style only. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** What goes with every answer. */
export function setSecurityHeaders(headers: Headers): void {
  headers.set('x-content-type-options', 'nosniff')
  headers.set('content-security-policy', contentSecurityPolicy)
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-resource-policy', 'same-origin')
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
}

/** Lets pages of allowed origins read the answer, and nobody else's. */
export function setCorsHeaders(
  headers: Headers,
  { request, settings }: { request: Request; settings: ServerSettings },
): void {
  headers.append('vary', 'origin')
  const origin = request.headers.get('origin')
  if (origin === null || !isAllowedOrigin(origin, settings.allowedOrigins)) return
  headers.set('access-control-allow-origin', origin)
  headers.set('cross-origin-resource-policy', 'cross-origin')
  headers.set(
    'access-control-expose-headers',
    'location, link, retry-after, content-range, ratelimit, mcp-session-id',
  )
  if (request.method !== 'OPTIONS') return
  headers.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE')
  headers.set(
    'access-control-allow-headers',
    'authorization, content-type, idempotency-key, last-event-id, range, mcp-session-id, mcp-protocol-version, mcp-method, mcp-name',
  )
  headers.set('access-control-max-age', '600')
}
