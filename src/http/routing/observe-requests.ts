import type { MiddlewareHandler } from 'hono'
import type { ErrorCode } from '../../errors.ts'
import { errorStatuses } from '../error-status.ts'
import type { AppEnv } from '../create-app.ts'
import { setCorsHeaders, setSecurityHeaders } from '../guard/security-headers.ts'
import type { AppOptions } from '../services.ts'

type ObserveOptions = Pick<AppOptions, 'log' | 'metrics' | 'settings'> & { nowMs: () => number }

// What somebody may try who means harm, and what is wrong here. All else is a caller's own slip.
const suspicious: readonly ErrorCode[] = [
  'unauthorized',
  'forbidden',
  'origin_refused',
  'workspace_not_allowed',
  'body_too_large',
  'too_many_requests',
]

function levelOf(code: ErrorCode): 'warn' | 'debug' {
  return suspicious.includes(code) || errorStatuses[code] >= 500 ? 'warn' : 'debug'
}

/** Goes round every request: measures it, says it in the log, and dresses its answer. */
export function observeRequests(options: ObserveOptions): MiddlewareHandler<AppEnv> {
  const { log, metrics, settings, nowMs } = options
  return async (c, next) => {
    const begunAt = nowMs()
    await next()
    const { res } = c
    const { method, raw: request } = c.req
    setSecurityHeaders(res.headers)
    setCorsHeaders(res.headers, { request, settings: settings() })
    // The answer to HEAD goes without its body, which nobody would read to its end otherwise.
    if (method === 'HEAD') await res.body?.cancel()
    const { status } = res
    const ms = Math.round((nowMs() - begunAt) * 10) / 10
    // A route, not the path: there are more paths than a metric can have labels.
    metrics.countRequest({ method, route: c.get('route') ?? 'none', status, ms })
    const refusal = c.get('refusal')
    // Never the query, a header or the body: tokens and prompts are in these.
    const fields = {
      method,
      path: c.req.path.slice(0, 200),
      status,
      ms,
      actor: c.get('actor') ?? null,
      address: c.env.remoteAddress ?? null,
    }
    if (refusal === undefined) log.debug(fields, 'request')
    else log[levelOf(refusal)]({ ...fields, code: refusal }, 'request refused')
  }
}
