import { expect, test } from 'vitest'
import { createTestApp, fieldsOf } from '../support/http-app.ts'
import { waitFor } from '../support/wait-for.ts'

test('a submission is answered with 202, the run, and where it is', async () => {
  const { ask, hostler } = createTestApp()
  const answer = await ask('POST', '/v1/runs', { key: 'telegram:-1001/45', prompt: 'hi' })
  const run = await fieldsOf(answer)
  expect(answer.status).toBe(202)
  expect(answer.headers.get('location')).toBe(`/v1/runs/${String(run['id'])}`)
  expect(run).toMatchObject({ sessionKey: 'telegram:-1001/45', state: 'queued', prompt: 'hi' })
  expect(hostler.submissions).toEqual([
    { submission: { key: 'telegram:-1001/45', prompt: 'hi' }, actor: 'local' },
  ])
})

test.each([
  ['/v1/runs?wait=60', {}],
  ['/v1/runs', { wait: 60 }],
])('%s with %o answers 200 when the run ends in time', async (path, more) => {
  const { ask, hostler } = createTestApp()
  const answering = ask('POST', path, { key: 'a', prompt: 'hi', ...more })
  const run = await waitFor(async () => (await hostler.runs.list()).items[0])
  hostler.endRun(run.id)
  const answer = await answering
  expect(answer.status).toBe(200)
  expect(await fieldsOf(answer))['toMatchObject']({ state: 'succeeded', text: 'done' })
})

test('a run that takes longer than the wait is answered as it is', async () => {
  const { ask } = createTestApp()
  const answer = await ask('POST', '/v1/runs?wait=1', { key: 'a', prompt: 'hi' })
  expect(answer.status).toBe(202)
})

test('a wait ends with the server, and the run stays accepted', async () => {
  const { ask, app, hostler } = createTestApp()
  const answering = ask('POST', '/v1/runs?wait=60', { key: 'a', prompt: 'hi' })
  await waitFor(() => hostler.submissions.length === 1)
  app.close()
  expect((await answering).status).toBe(202)
})

test('W2 Idempotency-Key is the idempotencyKey of the submission', async () => {
  const { ask } = createTestApp()
  const body = { key: 'a', prompt: 'hi' }
  const first = await ask('POST', '/v1/runs', body, { 'idempotency-key': 'k1' })
  const second = await ask('POST', '/v1/runs', { ...body, idempotencyKey: 'k1' })
  expect((await fieldsOf(second))['id']).toBe((await fieldsOf(first))['id'])

  const both = { ...body, idempotencyKey: 'k2' }
  const odd = await ask('POST', '/v1/runs', both, { 'idempotency-key': 'k1' })
  expect([odd.status, (await fieldsOf(odd))['field']]).toEqual([400, 'Idempotency-Key'])
})

function form(files: File[], submission: string | null = '{"key":"a","prompt":"look"}'): FormData {
  const body = new FormData()
  if (submission !== null) body.append('submission', submission)
  for (const file of files) body.append('file', file)
  return body
}

test('files go with a submission as parts', async () => {
  const { app, hostler } = createTestApp()
  const files = [new File(['\x89PNG'], 'a.png', { type: 'image/png' })]
  const request = new Request('http://127.0.0.1/v1/runs', { method: 'POST', body: form(files) })
  expect((await app.fetch(request)).status).toBe(202)
  const [sent] = hostler.submissions
  expect(sent?.submission.attachments).toMatchObject([{ name: 'a.png', mediaType: 'image/png' }])
  expect(Buffer.from(sent?.submission.attachments?.[0]?.data ?? []).toString()).toBe('\u0089PNG')
})

test.each([
  ['a type that is not allowed', form([new File(['x'], 'a.exe', { type: 'x/exe' })]), 415, 'a.exe'],
  ['too large a file', form([new File(['x'.repeat(60_000)], 'a', { type: 'text/plain' })]), 413],
  ['no submission', form([], null), 400, 'submission'],
  ['a submission that is not JSON', form([], '{'), 400, 'submission'],
])('%s is refused', async (_name, body, status, field?: string) => {
  const { app, hostler } = createTestApp()
  const request = new Request('http://127.0.0.1/v1/runs', { method: 'POST', body })
  const answer = await app.fetch(request)
  const problem = await fieldsOf(answer)
  expect([answer.status, problem['field']]).toEqual([status, field])
  expect(hostler.submissions).toEqual([])
})

test.each([
  ['bytes=0-9', 206, 'bytes 0-9/100', '0123456789'],
  ['bytes=95-', 206, 'bytes 95-99/100', '56789'],
  ['bytes=-3', 206, 'bytes 97-99/100', '789'],
  ['bytes=90-500', 206, 'bytes 90-99/100', '0123456789'],
  ['bytes=100-', 416, 'bytes */100', null],
  ['lines=1-2', 416, 'bytes */100', null],
])('the log in the range %s', async (range, status, contentRange, text) => {
  const { ask, hostler } = createTestApp()
  const run = await hostler.runs.submit({ key: 'a', prompt: 'hi' })
  const answer = await ask('GET', `/v1/runs/${run.id}/log`, undefined, { range })
  expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
  if (text !== null) expect(await answer.text()).toBe(text)
})

test('lists go on where the Link says', async () => {
  const { ask, hostler } = createTestApp()
  for (const title of ['a', 'b', 'c']) await hostler.sessions.create({ title })
  const first = await ask('GET', '/v1/sessions?limit=2&state=active')
  const [, path = ''] = /<(.*)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
  const second = await ask('GET', path)
  expect((await fieldsOf(second))['items']).toMatchObject([{ title: 'c' }])
  expect(second.headers.get('link')).toBeNull()
})
