import { expect, test } from 'vitest'
import { createTestApp, fieldsOf, type TestApp } from '../support/http-app.ts'

const accept = { accept: 'application/json, text/event-stream' }
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }

function withToken(settings: Parameters<typeof createTestApp>[0] = {}): TestApp {
  const app = createTestApp(settings)
  app.tokens.set('hst_read', { id: 'r', label: 'reader', scopes: ['read'] })
  app.tokens.set('hst_agent', { id: 'a', label: 'agent', scopes: [], runId: 'run' })
  return app
}

const bearer = { authorization: 'Bearer hst_read' }

test.each([
  ['no token', {}, 401, 'unauthorized'],
  ['an agent’s own token', { authorization: 'Bearer hst_agent' }, 403, 'forbidden'],
  ['a wrong token', { authorization: 'Bearer hst_none' }, 401, 'unauthorized'],
  ['a name that leads elsewhere', { ...bearer, host: 'evil.example' }, 403, 'origin_refused'],
  ['a foreign page', { ...bearer, origin: 'https://evil.example' }, 403, 'origin_refused'],
  ['a form', { ...bearer, 'content-type': 'text/plain' }, 415, 'unsupported_media_type'],
])('%s is refused as everywhere else', async (_, headers, status, code) => {
  const { ask } = withToken()
  const answer = await ask('POST', '/mcp', list, { ...accept, ...headers })
  expect([answer.status, (await fieldsOf(answer))['code']]).toEqual([status, code])
})

test.each([
  ['a batch', [list, list], 400, 'invalid_input'],
  ['nothing', undefined, 400, 'invalid_input'],
  ['no JSON', '{"jsonrpc"', 400, 'invalid_input'],
  ['too much', { ...list, params: { filler: 'x'.repeat(100_000) } }, 413, 'body_too_large'],
])('%s is refused', async (_, body, status, code) => {
  const { ask } = withToken()
  const answer = await ask('POST', '/mcp', body, { ...accept, ...bearer })
  expect([answer.status, (await fieldsOf(answer))['code']]).toEqual([status, code])
})

test('there are no sessions to open or to end', async () => {
  const { ask } = withToken()
  for (const method of ['GET', 'DELETE']) {
    const answer = await ask(method, '/mcp', undefined, bearer)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  }
})

test('calls count against the token’s share', async () => {
  const { ask } = withToken({ settings: { requestsPerMinute: 2 } })
  const statuses: number[] = []
  for (let n = 0; n < 3; n++) {
    const answer = await ask('POST', '/mcp', list, { ...accept, ...bearer })
    statuses.push(answer.status)
    await answer.text()
  }
  expect(statuses).toEqual([200, 200, 429])
})

test('what goes wrong inside is told by an id only, under which the log has it', async () => {
  const { ask, hostler, lines } = withToken()
  const broken = { status: async () => Promise.reject(new Error('secret /path')) }
  Reflect.set(hostler, 'as', () => broken)
  const call = { ...list, method: 'tools/call', params: { name: 'status', arguments: {} } }
  const answer = await ask('POST', '/mcp', call, { ...accept, ...bearer })
  const text = await answer.text()
  expect(text).toContain('"code":"internal"')
  expect(text).not.toContain('secret')
  const line = lines.find(({ level }) => level === 'error')
  expect(text).toContain(String(line?.fields['errorId']))
})
