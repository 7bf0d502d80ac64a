import { expect, test } from 'vitest'
import { createTestApp, fieldsOf } from '../support/http-app.ts'

const csv = [
  'day,label:team,costUsd,runs,attempts,inputTokens,outputTokens,cacheReadTokens,cacheCreationTokens',
  '1970-01-01,"\'=inn, ""the""",1.500000,2,3,4,5,6,7',
  '',
].join('\r\n')

test.each([
  ['/v1/costs?format=csv', undefined, true],
  ['/v1/costs', 'text/csv', true],
  ['/v1/costs', 'text/csv, */*', true],
  ['/v1/costs', '*/*', false],
  ['/v1/costs', 'application/json, text/csv', false],
  ['/v1/costs?format=json', 'text/csv', false],
])('%s with Accept %s is CSV: %s', async (path, accept, isCsv) => {
  const { ask } = createTestApp()
  const answer = await ask('GET', path, undefined, accept === undefined ? {} : { accept })
  expect(answer.status).toBe(200)
  if (isCsv) {
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(await answer.text()).toBe(csv)
  } else expect(await fieldsOf(answer)).toMatchObject({ total: { costUsd: 1.5 } })
})

test.each([
  ['by=dya', 'by.0'],
  ['by=', 'by.0'],
  ['by=label:', 'by.0'],
  ['by=day,day,day,day,day', 'by'],
  ['from=yesterday', 'from'],
  ['timeZone=Mars/Olympus', 'timeZone'],
  ['bye=day', 'bye'],
])('%s is refused, as %s', async (query, field) => {
  const { ask } = createTestApp()
  const answer = await ask('GET', `/v1/costs?${query}`)
  expect(answer.status).toBe(400)
  expect(await fieldsOf(answer)).toMatchObject({ code: 'invalid_input', field })
})
