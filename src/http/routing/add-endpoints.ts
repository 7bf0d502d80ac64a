import type { Context, Hono } from 'hono'
import { hostlerError } from '../../errors.ts'
import type { Hostler } from '../../service/contract/hostler.ts'
import type { AppEnv } from '../create-app.ts'
import type { Identity } from '../guard/authenticate.ts'
import type { Ends, Guard } from '../guard/guard.ts'
import { toProblemResponse } from '../problem.ts'
import type { Services } from '../services.ts'
import { toHostlerError } from '../to-hostler-error.ts'
import type { Endpoint } from './endpoint.ts'
import { readQuery } from './read-query.ts'

type AddContext = { hostler: Hostler; services: Services; guard: Guard }

/** Has `app` answer all endpoints, and refuse everything else. */
export function addEndpoints(
  app: Hono<AppEnv>,
  endpoints: readonly Endpoint[],
  { hostler, services, guard }: AddContext,
): void {
  for (const endpoint of endpoints) {
    app.on(endpoint.method, toHonoPath(endpoint.path), async (c) => {
      const request = c.req.raw
      c.set('route', endpoint.path)
      const identity = await guard.admit(request, { access: endpoint.access, ends: endsOf(c) })
      const query = readQuery(new URL(request.url).searchParams, endpoint.query ?? [])
      const actor = identity?.actor ?? 'nobody'
      c.set('actor', actor)
      const caller = identity === null ? hostler : hostler.as({ actor })
      const answer = await endpoint.handle({
        hostler: caller,
        identity,
        request,
        params: c.req.param(),
        query,
        services,
        cut: c.env.cut ?? (() => {}),
      })
      if (identity !== null) setRateLimit(answer.headers, { identity, services })
      return answer
    })
  }
  for (const [path, methods] of methodsByPath(endpoints)) {
    app.all(path, (c) => {
      guard.assertName(c.req.raw, endsOf(c))
      const allowed = methods.join(', ')
      if (c.req.method === 'OPTIONS') {
        return new Response(null, { status: 204, headers: { allow: allowed } })
      }
      const { method, path: asked } = c.req
      throw hostlerError('method_not_allowed', { method, path: asked, allowed })
    })
  }
  // Not `notFound`: what that throws would go past what observes requests.
  app.all('*', (c) => {
    guard.assertName(c.req.raw, endsOf(c))
    const cure = 'GET /docs shows what there is'
    throw hostlerError('not_found', { what: 'such address', id: c.req.path.slice(0, 200), cure })
  })
  app.onError((reason, c) => {
    // Nobody is there any more to be told, and nothing is wrong.
    if (c.req.raw.signal.aborted) return new Response(null, { status: clientGone })
    const error = toHostlerError(reason, services.log)
    c.set('refusal', error.code)
    return toProblemResponse(error, c.req.path)
  })
}

// As nginx calls it; seen in the log and the metrics only.
const clientGone = 499

function toHonoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function methodsByPath(endpoints: readonly Endpoint[]): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const { method, path } of endpoints) {
    const key = toHonoPath(path)
    const own = method === 'GET' ? ['GET', 'HEAD'] : [method]
    all.set(key, [...(all.get(key) ?? []), ...own])
  }
  return all
}

function endsOf(c: Context<AppEnv>): Ends {
  const { localAddress = null, remoteAddress = null } = c.env
  const { isOfAgent = () => Promise.resolve(false) } = c.env
  return { localAddress, remoteAddress, isOfAgent }
}

// As draft-ietf-httpapi-ratelimit-headers has them.
function setRateLimit(
  headers: Headers,
  { identity, services }: { identity: Identity; services: Services },
): void {
  const { requestsPerMinute } = services.settings()
  headers.set('ratelimit-policy', `"default";q=${requestsPerMinute};w=60`)
  headers.set('ratelimit', `"default";r=${identity.allowance.remaining}`)
}
