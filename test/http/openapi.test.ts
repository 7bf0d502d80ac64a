import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { apiEndpoints } from '../../src/http/endpoints/all.ts'
import { toOpenApiDocument } from '../../src/http/openapi/document.ts'
import { createTestApp, fieldsOf } from '../support/http-app.ts'
import { openApiChecks } from '../support/openapi-checks.ts'
import { sampleAccount, sampleAgent } from '../support/sample-objects.ts'

test('the document is a valid one', async () => {
  const { ask } = createTestApp()
  const answer = await ask('GET', '/openapi.json')
  const document = await fieldsOf(answer)
  const { valid, errors } = await new Validator().validate(document)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  const ids = Object.values(toOpenApiDocument(apiEndpoints, { version: '1' }).paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('every endpoint answers as the document says, when it works and when not', async () => {
  const { ask, hostler, tokens } = createTestApp()
  const checks = openApiChecks(toOpenApiDocument(apiEndpoints, { version: '1' }))
  let headers: Record<string, string> = {}
  async function check(
    status: number,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<void> {
    const answer = await ask(method, path, body, headers)
    expect([method, path, answer.status]).toEqual([method, path, status])
    await checks.check(method, path, answer)
  }

  const session = await hostler.sessions.create({ key: 'team/a' })
  const other = await hostler.sessions.create({})
  const run = await hostler.runs.submit({ sessionId: session.id, prompt: 'hi' })
  const request = hostler.addRequest(session, run)
  const token = await hostler.tokens.create({ label: 'a', scopes: ['read'] })
  const one = `/v1/sessions/${session.id}`
  const theRun = `/v1/runs/${run.id}`

  await check(201, 'POST', '/v1/sessions', { title: 'new' })
  await check(201, 'POST', '/v1/sessions')
  await check(409, 'POST', '/v1/sessions', { key: 'team/a' })
  await check(400, 'POST', '/v1/sessions', { titel: 'new' })
  await check(400, 'POST', '/v1/sessions', '{"a')
  await check(200, 'GET', '/v1/sessions?limit=1&label=a=b&busy=true&state=active')
  await check(400, 'GET', '/v1/sessions?limit=0')
  await check(200, 'GET', one)
  await check(200, 'GET', '/v1/sessions/key:team%2Fa')
  await check(404, 'GET', '/v1/sessions/none')
  await check(200, 'PATCH', one, { title: null })
  await check(404, 'PATCH', '/v1/sessions/none', { title: 'x' })
  await check(201, 'POST', `${one}/fork`, { title: 'fork' })
  await check(201, 'POST', `${one}/fork`)
  await check(200, 'GET', `${one}/events?until=now`)
  await check(404, 'GET', '/v1/sessions/none/events')
  await check(409, 'DELETE', one)
  await check(200, 'POST', `/v1/sessions/${other.id}/archive`)
  await check(204, 'DELETE', `/v1/sessions/${other.id}`)

  await check(202, 'POST', '/v1/runs', { key: 'k', prompt: 'hello' })
  await check(400, 'POST', '/v1/runs', { key: 'k' })
  await check(200, 'GET', '/v1/runs?state=queued,running&outcome=ok&createdAfter=0')
  await check(400, 'GET', '/v1/runs?state=queed')
  await check(200, 'GET', theRun)
  await check(404, 'GET', '/v1/runs/none')
  await check(200, 'GET', `${theRun}/attempts`)
  await check(200, 'GET', `${theRun}/log`)
  await check(404, 'GET', '/v1/runs/none/log')
  await check(409, 'POST', `${theRun}/interrupt`)
  await check(202, 'POST', `${theRun}/retry`)
  await check(200, 'POST', `${theRun}/accept`)
  await check(200, 'POST', `${theRun}/reject`, { comment: 'shorter' })
  await check(400, 'POST', `${theRun}/reject`, { comment: ' ' })
  await check(200, 'POST', `${theRun}/cancel`)
  await check(400, 'POST', `${theRun}/cancel`, { now: true })
  await check(409, 'POST', `${theRun}/accept`)

  await check(200, 'GET', '/v1/requests?state=open')
  await check(200, 'GET', `/v1/requests/${request.id}`)
  await check(404, 'GET', '/v1/requests/none')
  await check(400, 'POST', `/v1/requests/${request.id}/answer`, { behavior: 'maybe' })
  await check(200, 'POST', `/v1/requests/${request.id}/answer`, { behavior: 'allow' })
  await check(409, 'POST', `/v1/requests/${request.id}/answer`, { behavior: 'allow' })

  const nightly = { name: 'n', cron: '0 2 * * *', submission: { key: 'k', prompt: 'hello' } }
  await check(201, 'POST', '/v1/schedules', nightly)
  await check(400, 'POST', '/v1/schedules', { ...nightly, timezone: 'UTC' })
  await check(200, 'GET', '/v1/schedules?state=active')
  await check(200, 'GET', '/v1/schedules/name:n')
  await check(404, 'GET', '/v1/schedules/none')
  await check(200, 'PATCH', '/v1/schedules/name:n', { paused: true })
  await check(202, 'POST', '/v1/schedules/name:n/run')
  await check(200, 'GET', '/v1/schedules/name:n/firings')
  await check(204, 'DELETE', '/v1/schedules/name:n')

  await check(200, 'GET', '/v1/accounts')
  await check(200, 'POST', `/v1/accounts/${sampleAccount().id}/resume`)
  await check(404, 'POST', '/v1/accounts/none/resume')
  await check(200, 'GET', '/v1/agents')
  await check(204, 'POST', `/v1/agents/${sampleAgent().id}/stop`)
  await check(409, 'POST', '/v1/agents/busy/stop')
  await check(200, 'GET', '/v1/workers')
  await check(201, 'POST', '/v1/tokens', { label: 'b', scopes: ['run'] })
  await check(400, 'POST', '/v1/tokens', { label: 'b', scopes: ['runs'] })
  await check(200, 'GET', '/v1/tokens')
  await check(200, 'GET', '/v1/whoami')
  await check(200, 'DELETE', `/v1/tokens/${token.id}`)
  await check(404, 'DELETE', '/v1/tokens/none')
  await check(200, 'GET', '/v1/deliveries?state=dead')
  await check(200, 'POST', '/v1/deliveries/d1/resend')
  await check(200, 'GET', '/v1/events?until=now')
  await check(200, 'GET', '/v1/status')
  await check(200, 'GET', '/v1/audit')
  await check(200, 'GET', '/v1/costs?by=day,label:team')
  await check(400, 'GET', '/v1/costs?by=dya')
  await check(200, 'GET', '/healthz')
  await check(200, 'GET', '/readyz')
  await check(200, 'GET', '/metrics')

  await check(403, 'GET', '/v1/agent')
  tokens.set('hst_run', { id: 'token', label: 'run r1', scopes: [], runId: 'r1' })
  headers = { authorization: 'Bearer hst_run' }
  await check(403, 'GET', theRun)
  await check(200, 'GET', '/v1/agent')
  await check(200, 'POST', '/v1/agent/ask?wait=1', { text: 'Which horse?' })
  await check(400, 'POST', '/v1/agent/ask', { question: 'Which horse?' })
  await check(200, 'GET', '/v1/agent/requests/q1?wait=1')
  await check(404, 'GET', '/v1/agent/requests/none')
  await check(201, 'POST', '/v1/agent/tasks', { title: 'Oats', prompt: 'x' })
  await check(403, 'POST', '/v1/agent/tasks', { title: 'Oats', prompt: 'x', profile: 'free' })
  await check(200, 'GET', '/v1/agent/tasks')
  await check(204, 'POST', '/v1/agent/progress', { text: 'half way', percent: 50 })
  await check(204, 'POST', '/v1/agent/title', { title: 'Stables' })

  // Whoever adds an endpoint adds it here.
  expect(checks.unasked()).toEqual([])
})

test('a name that is not known, a method that is not possible, and an odd type are told as such', async () => {
  const { ask } = createTestApp()
  const nothing = await ask('GET', '/v1/sesions')
  expect(nothing.status).toBe(404)
  expect(nothing.headers.get('content-type')).toBe('application/problem+json')

  const put = await ask('PUT', '/v1/runs', {})
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'POST, GET, HEAD'])

  const xml = await ask('POST', '/v1/runs', '<a/>', { 'content-type': 'text/xml' })
  expect([xml.status, (await fieldsOf(xml))['code']]).toEqual([415, 'unsupported_media_type'])

  const typo = await ask('GET', '/v1/runs?sesionId=1')
  expect(await fieldsOf(typo))['toMatchObject']({
    status: 400,
    code: 'invalid_input',
    field: 'sesionId',
    cure: 'did you mean "sessionId"?',
    instance: '/v1/runs',
  })
  const key = await ask('POST', '/v1/runs', { key: 'a', promt: 'x' })
  expect(await fieldsOf(key))['toMatchObject']({ field: 'promt', cure: 'did you mean "prompt"?' })
})

test('what goes wrong inside is told by an id only, under which the log has it', async () => {
  const { ask, hostler, lines } = createTestApp()
  Reflect.set(hostler, 'as', () => ({
    status: async () => Promise.reject(new Error('secret /path')),
  }))
  const answer = await ask('GET', '/v1/status')
  const problem = await fieldsOf(answer)
  expect(answer.status).toBe(500)
  expect(JSON.stringify(problem)).not.toContain('secret')
  const line = lines.find(({ level }) => level === 'error')
  expect(problem['params']).toEqual({ id: line?.fields['errorId'] })
})
