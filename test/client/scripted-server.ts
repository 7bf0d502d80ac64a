import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'

/** A request as it came. */
export type Seen = {
  method: string
  /** The path without its query. */
  path: string
  query: URLSearchParams
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Answers one request; what it does not end stays open. */
export type Answer = (seen: Seen, response: ServerResponse) => void | Promise<void>

export type ScriptedServer = AsyncDisposable & { url: string; seen: Seen[] }

/** A real HTTP server on loopback whose answers a test makes itself. */
export async function startScriptedServer(answer: Answer): Promise<ScriptedServer> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const one = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: await buffer(request),
      }
      seen.push(one)
      await answer(one, response)
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  const isProblem = status >= 400
  response.writeHead(status, {
    'content-type': isProblem ? 'application/problem+json' : 'application/json',
  })
  response.end(JSON.stringify(value))
}

export function beginStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.flushHeaders()
}

/** One stored event as the server sends it. */
export function sseEvent(event: {
  seq: number | null
  type: string
  [field: string]: unknown
}): string {
  const id = event.seq === null ? '' : `id: ${event.seq}\n`
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}
