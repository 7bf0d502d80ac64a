import { expect, test } from 'vitest'
import { createTestApp, fieldsOf, type TestApp } from '../support/http-app.ts'

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

function withTokens(): TestApp {
  const test = createTestApp()
  for (const scope of ['read', 'run', 'answer', 'admin'] as const) {
    test.tokens.set(`hst_${scope}`, { id: scope, label: scope, scopes: [scope] })
  }
  return test
}

test.each([
  ['evil.example', 403],
  ['evil.example:7777', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost', 200],
  ['LOCALHOST:80', 200],
  ['127.0.0.1:7777', 200],
  ['[::1]:7777', 200],
  ['hostler.example:443', 200],
  ['', 403],
])('W6 a request for the host %s', async (host, status) => {
  const { ask } = createTestApp()
  expect((await ask('GET', '/v1/status', undefined, { host })).status).toBe(status)
})

test.each([
  ['https://evil.example', 403],
  ['http://127.0.0.1:7778', 403],
  ['null', 403],
  ['http://127.0.0.1:7777', 202],
  ['https://dashboard.example', 202],
])('W6 a page of %s submits', async (origin, status) => {
  const { ask, hostler } = createTestApp()
  const answer = await ask('POST', '/v1/runs', { key: 'a', prompt: 'x' }, { origin })
  expect(answer.status).toBe(status)
  expect(hostler.submissions.length).toBe(status === 202 ? 1 : 0)
  if (status === 403) expect((await fieldsOf(answer))['code']).toBe('origin_refused')
})

test('only pages of allowed origins may read, and may ask before', async () => {
  const { ask } = createTestApp()
  const origin = 'https://dashboard.example'
  const preflight = { origin, 'access-control-request-method': 'POST' }
  const asked = await ask('OPTIONS', '/v1/runs', undefined, preflight)
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe(origin)
  expect(asked.headers.get('access-control-allow-headers')).toContain('idempotency-key')

  const evil = await ask('OPTIONS', '/v1/runs', undefined, { origin: 'https://evil.example' })
  expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([403, null])
})

test('whoever has a token can ask what it lets them do', async () => {
  const { ask, tokens } = createTestApp()
  tokens.set('hst_both', { id: 'b', label: 'editor', scopes: ['read', 'answer'] })
  const answer = await ask('GET', '/v1/whoami', undefined, bearer('hst_both'))
  expect(await answer.json()).toEqual({ actor: 'token:editor', scopes: ['read', 'answer'] })
})

test('W6 no token, another one, and one without the scope', async () => {
  const { ask, hostler, lines } = withTokens()
  const body = { key: 'a', prompt: 'x' }
  const none = await ask('POST', '/v1/runs', body)
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="hostler"',
  ])
  const unknown = await ask('POST', '/v1/runs', body, bearer('hst_guessed'))
  expect(unknown.status).toBe(401)
  const weak = await ask('POST', '/v1/runs', body, bearer('hst_read'))
  expect([weak.status, (await fieldsOf(weak))['detail']]).toEqual([
    403,
    'this needs the scope "run"',
  ])
  expect(hostler.submissions).toEqual([])

  const right = await ask('POST', '/v1/runs', body, bearer('hst_run'))
  expect(right.status).toBe(202)
  expect(hostler.submissions[0]?.actor).toBe('token:run')

  const warnings = lines.filter(({ level }) => level === 'warn')
  expect(warnings.map(({ fields }) => fields['code'])).toEqual([
    'unauthorized',
    'unauthorized',
    'forbidden',
  ])
  expect(JSON.stringify(lines)).not.toContain('hst_')
})

test('who may run may change a session, and only an admin gives it permission for everything', async () => {
  const { ask } = withTokens()
  const change = async (scope: string, body: object): Promise<number> =>
    (await ask('PATCH', '/v1/sessions/none', body, bearer(`hst_${scope}`))).status
  for (const body of [
    { bypassForMs: 1000 },
    { bypassForMs: null },
    { title: 't', bypassForMs: 1 },
  ]) {
    expect(await change('run', body)).toBe(403)
    expect(await change('admin', body)).not.toBe(403)
  }
  expect(await change('run', { title: 't' })).not.toBe(403)
  expect(await change('answer', { title: 't' })).toBe(403)
})

test.each([
  ['GET', '/v1/sessions', ['read']],
  ['GET', '/v1/requests', ['read', 'answer']],
  ['POST', '/v1/requests/none/answer', ['answer']],
  ['POST', '/v1/runs/none/cancel', ['run']],
  ['DELETE', '/v1/sessions/none', []],
  ['GET', '/v1/tokens', []],
  ['GET', '/v1/audit', []],
  ['GET', '/metrics', ['read']],
])('%s %s is for the scopes %s, and admin', async (method, path, scopes) => {
  const { ask } = withTokens()
  const allowed: string[] = []
  for (const scope of ['read', 'run', 'answer', 'admin']) {
    const answer = await ask(method, path, undefined, bearer(`hst_${scope}`))
    if (answer.status !== 403) allowed.push(scope)
  }
  expect(allowed).toEqual([...scopes, 'admin'])
})

test('health is for everybody, and says no more', async () => {
  const { ask } = withTokens()
  const host = '10.1.2.3:7777'
  expect((await ask('GET', '/healthz', undefined, { host })).status).toBe(200)
  expect((await ask('GET', '/readyz', undefined, { host })).status).toBe(200)
  expect((await ask('GET', '/docs')).status).toBe(200)
})

test('without tokens nobody from elsewhere is let in, nor anybody when bound elsewhere', async () => {
  const { app } = createTestApp()
  const request = (): Request => new Request('http://127.0.0.1/v1/status')
  expect((await app.fetch(request(), { remoteAddress: '127.0.0.1' })).status).toBe(200)
  expect((await app.fetch(request(), { remoteAddress: '192.0.2.1' })).status).toBe(401)
  const open = createTestApp({ host: '0.0.0.0' })
  expect((await open.app.fetch(request(), { remoteAddress: '127.0.0.1' })).status).toBe(401)
})

test('a revoked token is refused at once', async () => {
  const { ask, hostler, tokens } = withTokens()
  const { id } = await hostler.tokens.create({ label: 'x', scopes: ['read'] })
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_read'))).status).toBe(200)
  tokens.delete('hst_read')
  await ask('DELETE', `/v1/tokens/${id}`, undefined, bearer('hst_admin'))
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_read'))).status).toBe(401)
})

test('one that another process revoked is remembered for a second only', async () => {
  let now = 0
  const { ask, tokens } = createTestApp({ monotonicMs: () => now })
  tokens.set('hst_a', { id: 'a', label: 'a', scopes: ['read'] })
  tokens.set('hst_b', { id: 'b', label: 'b', scopes: ['read'] })
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_a'))).status).toBe(200)
  tokens.delete('hst_a')
  now = 1_001
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_a'))).status).toBe(401)
})

test('too many requests are told when to come back', async () => {
  let now = 0
  const settings = { requestsPerMinute: 2 }
  const { ask } = createTestApp({ monotonicMs: () => now, settings })
  const first = await ask('GET', '/v1/status')
  expect(first.headers.get('ratelimit')).toBe('"default";r=1')
  await ask('GET', '/v1/status')
  const third = await ask('GET', '/v1/status')
  expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30'])
  now = 30_000
  expect((await ask('GET', '/v1/status')).status).toBe(200)
})

test('whoever guesses tokens is slowed down, and no one with a token with them', async () => {
  const { ask, tokens } = createTestApp({
    settings: { requestsPerMinute: 3 },
    monotonicMs: () => 0,
  })
  tokens.set('hst_good', { id: 'good', label: 'good', scopes: ['read'] })
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_good'))).status).toBe(200)
  const guesses: number[] = []
  for (let count = 0; count < 5; count++) {
    guesses.push((await ask('GET', '/v1/status', undefined, bearer(`hst_${count}`))).status)
  }
  expect(guesses).toEqual([401, 401, 401, 429, 429])
  expect((await ask('GET', '/v1/status', undefined, bearer('hst_good'))).status).toBe(200)
})

test('W6 paths that climb reach nothing', async () => {
  const { ask } = createTestApp()
  const paths = [
    '/v1/../../etc/passwd',
    '/v1/runs/..%2f..%2fetc%2fpasswd',
    '/docs/%2e%2e/x',
    '/%00',
  ]
  for (const path of paths) expect([path, (await ask('GET', path)).status]).toEqual([path, 404])
})

test('every answer forbids to guess, to frame and to keep it', async () => {
  const { ask } = createTestApp()
  for (const path of ['/docs', '/v1/status', '/nothing']) {
    const { headers } = await ask('GET', path)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

test('bodies over the limit are refused, whether they say so or not', async () => {
  const { app, hostler } = createTestApp({ settings: { maxBodyBytes: 1_000 } })
  const url = 'http://127.0.0.1/v1/runs'
  const headers = { 'content-type': 'application/json' }
  let pulled = 0
  const endless = new ReadableStream({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(100))
    },
  })
  const untold = { method: 'POST', body: endless, headers, duplex: 'half' as const }
  expect((await app.fetch(new Request(url, untold))).status).toBe(413)
  expect(pulled).toBeLessThan(15)
  const body = JSON.stringify({ key: 'a', prompt: 'x'.repeat(2_000) })
  expect((await app.fetch(new Request(url, { method: 'POST', body, headers }))).status).toBe(413)
  expect(hostler.submissions).toEqual([])
})
