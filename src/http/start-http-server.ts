import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { hostlerError } from '../errors.ts'
import { toError } from '../util/to-error.ts'
import { isLoopback } from './guard/loopback.ts'
import { toProblemResponse } from './problem.ts'
import { createConnections, type ConnectionOptions } from './connections.ts'
import type { HttpApp } from './create-app.ts'
import type { Log } from '../log.ts'
import type { TokenSource } from './services.ts'

export type HttpServerOptions = ConnectionOptions & {
  host: string
  /** 0: any that is free. */
  port: number
  maxConnections: number
  tokens: Pick<TokenSource, 'anyValid'>
  log: Log
  /** How long answers under way may take when the server stops. Default 2,000. */
  closeMs?: number
  /**
   * How long the head of a request may take, as whoever sends it a byte at a time holds a connection.
   * Default 10,000.
   */
  headersTimeoutMs?: number
}

export type HttpServer = AsyncDisposable & {
  /** Where it can be asked, as an address with the port that it got. */
  readonly url: string
  readonly port: number
}

// With its body: enough for attachments over a slow line.
const requestTimeoutMs = 120_000
const keepAliveTimeoutMs = 65_000

/**
 * Listens, until it is disposed of: then it takes no more connections, streams are told to come back,
 * and what is left after `closeMs` is cut.
 * @throws HostlerError `unauthorized` for an address other than loopback's without any token,
 *   `config_invalid` when the address cannot be listened on
 */
export async function startHttpServer(
  app: HttpApp,
  options: HttpServerOptions,
): Promise<HttpServer> {
  const { host, port, maxConnections, tokens, log, closeMs = 2_000 } = options
  const { headersTimeoutMs = 10_000 } = options
  const connectionOf = createConnections(options)
  await assertTokens(host, tokens)
  const listener = getRequestListener(
    (request, { incoming }) => app.fetch(request, connectionOf(incoming.socket)),
    { overrideGlobalObjects: false, errorHandler: answerMalformed },
  )
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: headersTimeoutMs / 2,
      keepAliveTimeout: keepAliveTimeoutMs,
      // A client whose network is gone is noticed in minutes, not never.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  )
  server.maxConnections = maxConnections
  warnOfDrops(server, { log, maxConnections })
  await listen(server, { host, port })
  const address = server.address()
  const actualPort = typeof address === 'object' && address !== null ? address.port : port
  let closed: Promise<void> | null = null
  return {
    port: actualPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actualPort}`,
    [Symbol.asyncDispose]: () => (closed ??= close(server, { app, closeMs })),
  }
}

/**
 * To be asked before anything else is started, as a daemon that cannot listen should not have begun to
 * work: what {@link startHttpServer} would throw about its address.
 * @throws HostlerError `config_invalid`
 */
export async function assertCanListen(place: { host: string; port: number }): Promise<void> {
  const server = createServer()
  await listen(server, place)
  server.close()
  await once(server, 'close')
}

/** @throws HostlerError `unauthorized` for an address other than loopback's without any token */
export async function assertTokens(
  host: string,
  tokens: Pick<TokenSource, 'anyValid'>,
): Promise<void> {
  if (isLoopback(host) || (await tokens.anyValid())) return
  throw hostlerError('unauthorized', {
    problem: `server.host is ${host}, which others can reach, and there is no token to tell them apart`,
    cure: 'make one first: hostler token create; or listen on 127.0.0.1',
  })
}

// One line a second: a flood of connections is not to become a flood of the log.
function warnOfDrops(
  server: Server,
  { log, maxConnections }: Pick<HttpServerOptions, 'log' | 'maxConnections'>,
): void {
  let refused = 0
  let saidAt = -Infinity
  server.on('drop', () => {
    refused += 1
    if (performance.now() - saidAt < 1_000) return
    log.warn({ refused, maxConnections }, 'connections were refused: there are too many')
    refused = 0
    saidAt = performance.now()
  })
}

// What is no request with an address that makes sense does not reach the app.
function answerMalformed(reason: unknown): Response {
  const problem = `makes no sense: ${toError(reason).message}`
  const error = hostlerError('invalid_input', {
    field: 'request',
    problem,
    cure: 'send HTTP with a valid Host and path',
  })
  return toProblemResponse(error, '/')
}

async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<void> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (reason) {
    throw hostlerError(
      'config_invalid',
      {
        path: 'server',
        problem: `cannot listen on ${host} port ${port}: ${toError(reason).message}`,
        cure: 'choose another server.host or server.port, or stop what uses it',
      },
      { cause: reason },
    )
  }
}

async function close(
  server: Server,
  { app, closeMs }: { app: HttpApp; closeMs: number },
): Promise<void> {
  const isClosed = once(server, 'close')
  server.close()
  app.close()
  // Again and again: those that are answering now are idle a moment later, and would stay for a minute.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const cut = setTimeout(() => server.closeAllConnections(), closeMs)
  await isClosed
  clearInterval(idle)
  clearTimeout(cut)
}
