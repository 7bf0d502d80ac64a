import { Hono } from 'hono'
import type { ErrorCode } from '../errors.ts'
import type { Hostler } from '../service/contract/hostler.ts'
import { apiEndpoints } from './endpoints/all.ts'
import { documentEndpoints } from './endpoints/documents.ts'
import { mcpEndpoint } from './endpoints/mcp.ts'
import { createGuard } from './guard/guard.ts'
import { createRateLimiter } from './guard/rate-limiter.ts'
import { createTokenCache } from './guard/token-cache.ts'
import { addEndpoints } from './routing/add-endpoints.ts'
import { observeRequests } from './routing/observe-requests.ts'
import type { AppOptions, Services } from './services.ts'
import { createStreamFormats } from './stream/formats.ts'
import { toOpenApiDocument } from './openapi/document.ts'

/** The two ends of a connection; nothing of them is there in a call within the process. */
export type Connection = {
  localAddress?: string | undefined
  remoteAddress?: string | undefined
  /** Whether a process of an agent has made it. */
  isOfAgent?: () => Promise<boolean>
  /** Ends it in the middle of an answer that cannot be finished. */
  cut?: () => void
}

export type AppEnv = {
  Bindings: Connection
  /** For the log: the endpoint's path, who asked, and the code of the error. */
  Variables: { route?: string; actor?: string; refusal?: ErrorCode }
}

/** The whole HTTP side, as a function from a request to its answer. */
export type HttpApp = {
  fetch: (request: Request, connection?: Connection) => Promise<Response>
  /** Ends streams and waits, so that a server can stop. */
  close: () => void
}

/** Translates HTTP to calls of `hostler` and their results back; decides nothing itself. */
export function createApp(hostler: Hostler, options: AppOptions): HttpApp {
  const { log, settings, metrics, version } = options
  const nowMs = options.monotonicMs ?? (() => performance.now())
  const closing = new AbortController()
  const tokens = createTokenCache(options.tokens, { nowMs })
  const services: Services = {
    log,
    settings,
    metrics,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    formats: createStreamFormats(),
    closing: closing.signal,
    checkReadiness: () => options.checkReadiness(),
    agentCalls: (runId) => options.agentCalls(runId),
    forgetTokens: () => tokens.forget(),
  }
  const guard = createGuard({
    tokens,
    limiter: createRateLimiter({ nowMs }),
    settings,
    host: options.host,
  })
  const app = new Hono<AppEnv>()
  app.use(observeRequests({ log, metrics, settings, nowMs }))
  addEndpoints(
    app,
    [
      ...apiEndpoints,
      mcpEndpoint({ version }),
      ...documentEndpoints(() => toOpenApiDocument(apiEndpoints, { version })),
    ],
    { hostler, services, guard },
  )
  return {
    fetch: async (request, connection = {}) => await app.fetch(request, connection),
    close: () => closing.abort(),
  }
}
