import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { startHttpServer, type HttpServer } from '../../src/http/start-http-server.ts'
import { createTestApp, fieldsOf, serverSettings, type TestApp } from '../support/http-app.ts'
import { waitFor } from '../support/wait-for.ts'

async function startTestServer(
  options: Partial<Parameters<typeof startHttpServer>[1]> & { app?: TestApp } = {},
): Promise<TestApp & { server: HttpServer } & AsyncDisposable> {
  const { app: test = createTestApp(), ...rest } = options
  const server = await startHttpServer(test.app, {
    host: '127.0.0.1',
    port: 0,
    maxConnections: serverSettings.maxConnections,
    tokens: { anyValid: async () => test.tokens.size > 0 },
    log: test.log,
    ...rest,
  })
  return { ...test, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** A connection by hand, and all that came over it. */
async function dial(
  port: number,
): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => {})
  // Not `once`, which fails with the socket.
  const closed = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  return { socket, text: () => text, closed }
}

function drained(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('drain', resolve))
}

test('requests come in over a socket', async () => {
  await using own = await startTestServer()
  const { server, lines } = own
  const answer = await fetch(`${server.url}/v1/status`)
  expect([answer.status, (await fieldsOf(answer))['version']]).toEqual([200, '0.1.0'])
  const sent = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify({ key: 'a', prompt: 'hi' })
  expect((await fetch(`${server.url}/v1/runs`, { ...sent, body })).status).toBe(202)
  const [line] = lines.filter(({ level }) => level === 'debug')
  expect(line?.fields).toMatchObject({ path: '/v1/status', status: 200, address: '127.0.0.1' })
})

test('it does not listen where others can reach it without a token', async () => {
  const starting = startTestServer({ host: '0.0.0.0' })
  await expect(starting).rejects.toMatchObject({
    code: 'unauthorized',
    cure: expect.stringContaining('hostler token create'),
  })
})

test('with a token it listens there, and knows itself by its address', async () => {
  const app = createTestApp({ host: '0.0.0.0' })
  app.tokens.set('hst_a', { id: 'a', label: 'a', scopes: ['read'] })
  await using own = await startTestServer({ app, host: '0.0.0.0' })
  const { server } = own
  const url = `http://127.0.0.1:${server.port}/v1/status`
  expect((await fetch(url)).status).toBe(401)
  expect((await fetch(url, { headers: { authorization: 'Bearer hst_a' } })).status).toBe(200)
})

test('a port that is taken is told as such', async () => {
  await using own = await startTestServer()
  const { server } = own
  await expect(startTestServer({ port: server.port })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining(`127.0.0.1 port ${server.port}`),
  })
})

test('W6 a body of 1 GB is refused, and not read', async () => {
  await using own = await startTestServer()
  const { server, hostler } = own
  const { socket, text, closed } = await dial(server.port)
  const size = 2 ** 30
  socket.write(
    `POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
  )
  const chunk = Buffer.alloc(2 ** 16, 0x20)
  let sent = 0
  while (sent < size && socket.writable) {
    sent += chunk.length
    if (!socket.write(chunk)) await Promise.race([drained(socket), closed])
  }
  await closed
  expect(text()).toContain('HTTP/1.1 413')
  expect(text()).toContain('body_too_large')
  expect(sent).toBeLessThan(size / 4)
  expect(hostler.submissions).toEqual([])
})

test('W6 the same when it does not say how much it sends', async () => {
  await using own = await startTestServer()
  const { server } = own
  const { socket, text, closed } = await dial(server.port)
  socket.write(
    'POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
  )
  const chunk = Buffer.concat([
    Buffer.from('10000\r\n'),
    Buffer.alloc(2 ** 16, 0x20),
    Buffer.from('\r\n'),
  ])
  let sent = 0
  while (sent < 2 ** 30 && socket.writable) {
    sent += chunk.length
    if (!socket.write(chunk)) await Promise.race([drained(socket), closed])
  }
  await closed
  expect(text()).toContain('HTTP/1.1 413')
  expect(sent).toBeLessThan(2 ** 28)
})

test('a client that sends a little too much gets to read why it is refused', async () => {
  await using own = await startTestServer()
  const { server } = own
  const body = JSON.stringify({ key: 'a', prompt: 'x'.repeat(3_000_000) })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/v1/runs`, { method: 'POST', body, headers })
  expect([answer.status, (await fieldsOf(answer))['code']]).toEqual([413, 'body_too_large'])
})

test('W6 more connections than allowed are refused cheaply, and said without a flood', async () => {
  await using own = await startTestServer({ maxConnections: 5 })
  const { server, lines } = own
  const all = await Promise.all(Array.from({ length: 50 }, () => dial(server.port)))
  await waitFor(() => all.filter(({ socket }) => socket.closed).length === 45)
  for (const { socket } of all) socket.destroy()
  await waitFor(async () => (await fetch(`${server.url}/healthz`)).status === 200)
  const warnings = lines.filter(({ text }) => text.includes('too many'))
  expect(warnings.length).toBeGreaterThan(0)
  expect(warnings.length).toBeLessThan(20)
})

test('W6 what is no HTTP, has no host, or climbs, is refused', async () => {
  await using own = await startTestServer()
  const { server } = own
  const requests = [
    'GET / HTTP/1.1\r\n\r\n',
    'nonsense\r\n\r\n',
    'GET /v1/../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    'GET http://evil.example/v1/status HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    'GET /v1/status HTTP/1.1\r\nHost: evil@localhost\r\nConnection: close\r\n\r\n',
  ]
  const statuses: string[] = []
  for (const request of requests) {
    const { socket, text, closed } = await dial(server.port)
    socket.write(request)
    await closed
    statuses.push(text().slice(9, 12))
  }
  expect(statuses).toEqual(['400', '400', '404', '403', '400'])
})

test('W6 a request that comes a byte at a time is not waited for', async () => {
  await using own = await startTestServer({ headersTimeoutMs: 100 })
  const { text, socket, closed } = await dial(own.server.port)
  socket.write('GET /v1/status HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
  await closed
  expect(text()).toContain('HTTP/1.1 408')
})

test('a client that goes in the middle of its request is no trouble of ours', async () => {
  await using own = await startTestServer()
  const { server, lines } = own
  const { socket } = await dial(server.port)
  const head = 'POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
  socket.write(`${head}Content-Length: 100\r\n\r\n{`)
  await waitFor(async () => (await fetch(`${server.url}/healthz`)).status === 200)
  socket.destroy()
  await waitFor(() => lines.some(({ fields }) => fields['status'] === 499))
  expect(lines.filter(({ level }) => level !== 'debug')).toEqual([])
})

test('a log that breaks off breaks the connection, rather than leaving the client to wait', async () => {
  await using own = await startTestServer()
  const { server, hostler, lines } = own
  const run = await hostler.runs.submit({ key: 'a', prompt: 'x' })
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('half')
    throw new Error('the disk is gone')
  }
  hostler.runs.log = async () => ({ bytes: broken(), from: 0, to: 100, total: 100 })
  Reflect.set(hostler, 'as', () => hostler)
  const reading = fetch(`${server.url}/v1/runs/${run.id}/log`).then((answer) => answer.text())
  await expect(reading).rejects.toThrow(/terminated|fetch failed|other side closed/)
  expect(lines.some(({ level, text }) => level === 'warn' && text.includes('log'))).toBe(true)
})

test('W1 a client that goes away takes its stream with it', async () => {
  await using own = await startTestServer()
  const { server, hostler } = own
  const { id } = await hostler.sessions.create({})
  const { socket, text } = await dial(server.port)
  socket.write(`GET /v1/sessions/${id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await waitFor(() => text().includes('session_created'))
  expect(hostler.openStreams()).toBe(1)
  socket.destroy()
  await waitFor(() => hostler.openStreams() === 0)
})

test('W1 a client that does not read slows nobody, and is not read for', async () => {
  await using own = await startTestServer()
  const { server, hostler } = own
  const { id } = await hostler.sessions.create({})
  const slow = await dial(server.port)
  slow.socket.pause()
  slow.socket.write(`GET /v1/sessions/${id}/events HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await waitFor(() => hostler.openStreams() === 1)
  const prompt = 'x'.repeat(10_000)
  const queued = { type: 'run_queued', prompt, ahead: 0, readyAt: 0, retryOf: null } as const
  for (let count = 0; count < 3_000; count++) hostler.emit(id, queued)

  const answer = await fetch(`${server.url}/v1/sessions/${id}/events?until=now`)
  expect((await answer.text()).split('\nid: ').length).toBe(3_002)
  expect(process.memoryUsage().external).toBeLessThan(300_000_000)
  slow.socket.resume()
  await waitFor(() => slow.text().includes('id: 3001\n'))
  slow.socket.destroy()
  await waitFor(() => hostler.openStreams() === 0)
})

test('a stop ends streams with a hint, and answers what is under way', async () => {
  const { server, hostler } = await startTestServer()
  const { id } = await hostler.sessions.create({})
  const stream = await fetch(`${server.url}/v1/sessions/${id}/events`)
  const waiting = fetch(`${server.url}/v1/runs?wait=60`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: 'b', prompt: 'x' }),
  })
  await waitFor(() => hostler.submissions.length === 1)
  await server[Symbol.asyncDispose]()
  expect(await stream.text()).toMatch(/retry: \d+\n\n$/)
  expect((await waiting).status).toBe(202)
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow('fetch failed')
})

test('a stop does not wait for a client that never ends its request', async () => {
  const { server } = await startTestServer({ closeMs: 20 })
  const { socket, closed } = await dial(server.port)
  socket.write(
    'POST /v1/runs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  )
  await waitFor(async () => (await fetch(`${server.url}/healthz`)).status === 200)
  await server[Symbol.asyncDispose]()
  await closed
})
