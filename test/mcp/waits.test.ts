import { describe, expect, test } from 'vitest'
import { type HttpServer, startHttpServer } from '../../src/http/start-http-server.ts'
import { createTestApp, serverSettings, type TestApp } from '../support/http-app.ts'
import { connectMcp, type Given, type McpClient, textAt, type Way } from '../support/mcp-clients.ts'
import { waitFor } from '../support/wait-for.ts'

type Waiting = AsyncDisposable & {
  app: TestApp
  server: HttpServer
  mcp: McpClient
  id: string
  cancel: () => void
  given: Promise<Given>
}

/** A client that waits for a run which does not end by itself. */
async function startWaiting(way: Way, options: { version?: string } = {}): Promise<Waiting> {
  await using stack = new AsyncDisposableStack()
  const app = createTestApp()
  const server = stack.use(
    await startHttpServer(app.app, {
      host: '127.0.0.1',
      port: 0,
      maxConnections: serverSettings.maxConnections,
      tokens: { anyValid: async () => false },
      log: app.log,
    }),
  )
  const mcp = stack.use(await connectMcp(way, { url: server.url, ...options }))
  const id = textAt(await mcp.call('submit_run', { key: 'k', prompt: 'hi' }), 'run', 'id')
  const cancelling = new AbortController()
  const args = { id, timeoutSeconds: 3600 }
  const given = mcp.call('wait_for_run', args, { signal: cancelling.signal })
  given.catch(() => undefined)
  await waitFor(() => app.hostler.openStreams() === 1)
  const owned = stack.move()
  return {
    app,
    server,
    mcp,
    id,
    given,
    cancel: () => cancelling.abort(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

describe.each(['stdio', 'HTTP'] as const)('a wait over %s', (way) => {
  test('stops reading when the client cancels it', async () => {
    await using waiting = await startWaiting(way)
    waiting.cancel()
    await expect(waiting.given).rejects.toThrow('abort')
    await waitFor(() => waiting.app.hostler.openStreams() === 0)
  })

  test('stops reading when the client is gone', async () => {
    await using waiting = await startWaiting(way)
    await waiting.mcp.client.close()
    await expect(waiting.given).rejects.toThrow('closed')
    await waitFor(() => waiting.app.hostler.openStreams() === 0)
  })

  test('of another client goes on when one cancels a call of the same number', async () => {
    await using waiting = await startWaiting(way)
    await using other = await connectMcp('HTTP', waiting.server)
    const { app, id } = waiting
    await other.call('get_run', { id })
    const given = other.call('wait_for_run', { id, timeoutSeconds: 3600 })
    await waitFor(() => app.hostler.openStreams() === 2)
    waiting.cancel()
    await waitFor(() => app.hostler.openStreams() === 1)
    app.hostler.endRun(id)
    await expect(given).resolves.toMatchObject({ isError: false })
  })
})

test.each(['stdio', 'HTTP'] as const)('the protocol of 2026 does the same over %s', async (way) => {
  await using waiting = await startWaiting(way, { version: '2026-07-28' })
  const { app, mcp, id } = waiting
  expect(mcp.client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
  const news: string[] = []
  const args = { id, timeoutSeconds: 3600 }
  const given = mcp.call('wait_for_run', args, { onProgress: (one) => news.push(one) })
  await waitFor(() => news.includes('queued') && app.hostler.openStreams() === 2)
  waiting.cancel()
  await waitFor(() => app.hostler.openStreams() === 1)
  app.hostler.endRun(id)
  expect(await given).toMatchObject({ isError: false, value: { run: { id } } })
})

test('a server that stops answers what is waited for as it is', async () => {
  await using waiting = await startWaiting('HTTP')
  await waiting.server[Symbol.asyncDispose]()
  const { value, isError } = await waiting.given
  expect(isError).toBe(false)
  expect(value).toMatchObject({ run: { id: waiting.id, endedAt: null } })
})
