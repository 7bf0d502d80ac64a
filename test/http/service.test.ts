import { createFakeAgentCalls } from '../support/fake-agent-calls.ts'
import { expect, test } from 'vitest'
import { connectHostler } from '../../src/client/index.ts'
import type { SessionEvent } from '../../src/events/index.ts'
import { apiEndpoints } from '../../src/http/endpoints/all.ts'
import { createApp } from '../../src/http/create-app.ts'
import { toOpenApiDocument } from '../../src/http/openapi/document.ts'
import { startHttpServer } from '../../src/http/start-http-server.ts'
import { text } from '../../src/testing/index.ts'
import { createTestMetrics, serverSettings } from '../support/http-app.ts'
import { openApiChecks } from '../support/openapi-checks.ts'
import { openTestService } from '../support/service.ts'

// The whole way: a client, a socket, the service on a database, and the real CLI.

const noTokens = { verify: async () => null, anyValid: async () => false }

async function startTestServer(): Promise<
  AsyncDisposable & {
    url: string
    hostler: ReturnType<typeof connectHostler>
    inProcess: Awaited<ReturnType<Awaited<ReturnType<typeof openTestService>>['open']>>
  }
> {
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestService({ script: [text('r-1'), text('r-2')] }))
  const inProcess = await world.open()
  const app = createApp(inProcess, {
    log: world.log,
    version: '0.1.0',
    host: '127.0.0.1',
    settings: () => serverSettings,
    tokens: noTokens,
    checkReadiness: async () => [],
    metrics: createTestMetrics(),
    agentCalls: createFakeAgentCalls,
  })
  const listen = { host: '127.0.0.1', port: 0, maxConnections: 100, log: world.log }
  const { url } = stack.use(await startHttpServer(app, { ...listen, tokens: noTokens }))
  const hostler = stack.use(connectHostler({ url }))
  const owned = stack.move()
  return { url, hostler, inProcess, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

test('a run over HTTP is the same as one in the process', async () => {
  await using server = await startTestServer()
  const { hostler, inProcess, url } = server
  const key = 'team/ask: 1'
  const submitted = await hostler.runs.submit({ key, prompt: 'p-1', labels: { team: 'a=b' } })
  const run = await hostler.runs.wait(submitted.id, { timeoutMs: 30_000 })
  expect(run).toMatchObject({ state: 'succeeded', outcome: 'ok', text: 'r-1', sessionKey: key })
  expect(run).toEqual(await inProcess.runs.get(run.id))

  const { sessionId } = run
  expect(await hostler.sessions.get(`key:${key}`)).toEqual(await inProcess.sessions.get(sessionId))
  const until = 'now'
  const events = await all(hostler.sessions.events(sessionId, { until }))
  expect(events).toEqual(await all(inProcess.sessions.events(sessionId, { until })))
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1))

  const found = await hostler.runs.list({ labels: { team: 'a=b' }, state: ['succeeded', 'failed'] })
  expect(found.items.map(({ id }) => id)).toEqual([run.id])

  const log = await hostler.runs.log(run.id)
  const whole = Buffer.concat(await all(log.bytes)).toString()
  expect(whole).toContain('"type":"result"')
  const part = await hostler.runs.log(run.id, { from: 10, to: 30 })
  expect(Buffer.concat(await all(part.bytes)).toString()).toBe(whole.slice(10, 30))

  const checks = openApiChecks(toOpenApiDocument(apiEndpoints, { version: '1' }))
  const paths = ['/v1/status', '/v1/agents', '/v1/workers', '/v1/audit', '/v1/runs', '/v1/sessions']
  for (const path of paths) await checks.check('GET', path, await fetch(url + path))
})

test('a run is created and followed in one request, to its end', async () => {
  await using server = await startTestServer()
  const submit = async (prompt: string): Promise<string[]> => {
    const answer = await fetch(`${server.url}/v1/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/jsonl' },
      body: JSON.stringify({ key: 'k', prompt }),
    })
    const lines = (await answer.text()).split('\n').filter((line) => line !== '')
    return lines.map((line): string => JSON.parse(line).type)
  }
  const first = await submit('p-1')
  expect([first[0], first[1], first.at(-1)]).toEqual(['run', 'run_queued', 'run_ended'])
  const second = await submit('p-2')
  expect([second[0], second[1], second.at(-1)]).toEqual(['run', 'run_queued', 'run_ended'])
})

test('errors come through with their code, message and cure', async () => {
  await using server = await startTestServer()
  const { hostler, inProcess } = server
  const failure = async (call: Promise<unknown>): Promise<unknown> =>
    await call.then(
      () => null,
      (error: unknown) => error,
    )
  const calls = [
    (at: typeof hostler) => at.runs.get('none'),
    (at: typeof hostler) => at.runs.submit({ key: 'a', prompt: '' }),
    (at: typeof hostler) => at.runs.submit({ key: 'a', prompt: 'x', profile: 'defualt' }),
    (at: typeof hostler) => at.sessions.create({ workspace: { path: '/etc' } }),
    (at: typeof hostler) => at.sessions.create({ workspace: { path: '../../etc' } }),
    (at: typeof hostler) => at.requests.answer('none', { behavior: 'allow' }),
  ]
  for (const call of calls) {
    const over = await failure(call(hostler))
    expect(over).toMatchObject({ code: expect.any(String) })
    expect(over).toEqual(await failure(call(inProcess)))
  }
})

test('W1 followers that come and go see every event once', async () => {
  await using server = await startTestServer()
  const { hostler, inProcess } = server
  const { id, sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'p-1' })
  const seen: SessionEvent[] = []
  while (!seen.some(({ type }) => type === 'run_ended')) {
    const after = seen.at(-1)?.seq ?? 0
    for await (const event of hostler.sessions.events(sessionId, { after, transient: false })) {
      seen.push(event)
      // It leaves after each, and comes back with the last it has seen.
      break
    }
  }
  await inProcess.runs.wait(id)
  const stored = await all(inProcess.sessions.events(sessionId, { until: 'now' }))
  expect(seen).toEqual(stored.slice(0, seen.length))
})
