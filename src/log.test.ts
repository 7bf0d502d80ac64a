import { describe, expect, test } from 'vitest'
import { hostlerError } from './errors.ts'
import { createLog, type LogLevel } from './log.ts'

function openLog(options: { format?: 'json' | 'text'; level?: LogLevel; secrets?: string[] } = {}) {
  const lines: string[] = []
  const log = createLog({
    level: options.level ?? 'debug',
    format: options.format ?? 'json',
    destination: { write: (line) => lines.push(line) },
    secrets: () => options.secrets ?? [],
  })
  const entries = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line))
  return { log, lines, entries, all: () => lines.join('') }
}

describe('a log', () => {
  test('is a JSON object a line', () => {
    const { log, lines, entries } = openLog()
    log.info({ runId: 'r1', count: 2 }, 'run settled')
    log.child({ sessionId: 's1' }).child({ worker: 'w' }).warn('no lease')
    expect(lines.every((line) => line.endsWith('\n'))).toBe(true)
    expect(entries()).toMatchObject([
      { level: 'info', msg: 'run settled', runId: 'r1', count: 2, pid: process.pid },
      { level: 'warn', msg: 'no lease', sessionId: 's1', worker: 'w' },
    ])
    expect(entries()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  test('says nothing below its level, which can be changed for children too', () => {
    const { log, entries } = openLog({ level: 'warn' })
    const child = log.child({ a: 1 })
    child.info('not this')
    log.setLevel('info')
    child.info('this')
    expect(entries().map(({ msg }) => msg)).toEqual(['this'])
  })

  test('tells an error with its code, stack and cause', () => {
    const { log, entries } = openLog()
    const cause = Object.assign(new Error('ENOSPC: no space'), { code: 'ENOSPC' })
    log.error({ err: new TypeError('not written', { cause }) }, 'lost')
    expect(entries()[0]?.['err']).toMatchObject({
      type: 'TypeError',
      message: 'not written',
      stack: expect.stringContaining('log.test.ts'),
      cause: { message: 'ENOSPC: no space', code: 'ENOSPC' },
    })
  })

  test('takes circles, depths, bytes and big numbers', () => {
    const { log, entries } = openLog()
    const circle: Record<string, unknown> = { bytes: new Uint8Array(3), big: 10n }
    circle['self'] = circle
    log.info({ circle }, 'odd')
    expect(entries()[0]?.['circle']).toEqual({ bytes: '[3 bytes]', big: '10', self: '[…]' })
  })

  test('for people is one line, whatever is in it', () => {
    const { log, all } = openLog({ format: 'text' })
    log.warn({ key: 'a b', id: 'x1' }, 'first\nsecond \u001B[31mred\u202Eback')
    expect(all()).toMatch(
      /^\d{4}-\d\d-\d\d [\d:.]+ WARN {2}first\\u000asecond \\u001b\[31mred\\u202eback {2}key="a b" {2}id=x1\n$/,
    )
  })
})

test('for people, an error of hostler’s own is a sentence', () => {
  const { log, all } = openLog({ format: 'text' })
  log.error({ err: hostlerError('not_found', { what: 'run', id: 'r1', cure: 'look' }) }, 'no')
  expect(all()).toMatch(/ ERROR no {2}err="no run \\"r1\\"; look"\n$/)
})

describe('W7: nothing secret gets into a log', () => {
  const secret = 'q9Zk1vTdXw7Lr3Bn'
  test.each<[string, Record<string, unknown>, string]>([
    ['a header', { request: { headers: { Authorization: `Bearer ${secret}` } } }, 'asked'],
    ['a header in a text', {}, `sent authorization: Bearer ${secret}`],
    ['an API key', { profile: { apiKey: secret } }, 'started'],
    ['an OAuth token', { oauthToken: secret }, 'started'],
    ['a snake-case key', { api_key: secret, 'x-api-key': secret }, 'started'],
    ['an Anthropic key in a text', {}, `401 for sk-ant-api03-${secret}`],
    ['a token of hostler', { given: [`hst_${secret}`] }, `no such token hst_${secret}`],
    ['a password in a URL', { url: `postgres://joe:${secret}@db/x` }, 'connected'],
    ['a URL object', { url: new URL(`https://joe:${secret}@db/x`) }, 'connected'],
    ['a token in a query', {}, `GET /v1/events?after=3&token=${secret}`],
    ['a webhook’s secret', {}, `whsec_${secret}`],
    ['the variables of a profile', { env: { HARMLESS: secret } }, 'started'],
    ['a variable in a text', {}, `FOO_API_KEY=${secret} claude`],
    ['an error', { err: new Error(`failed: postgres://joe:${secret}@db/x`) }, 'failed'],
    ['an error’s field', { err: Object.assign(new Error('x'), { token: secret }) }, 'failed'],
    ['depth', { a: { b: { c: [{ d: { password: secret } }] } } }, 'deep'],
  ])('%s', (_, fields, message) => {
    for (const format of ['json', 'text'] as const) {
      const { log, all } = openLog({ format })
      log.info(fields, message)
      log.child(fields).error(message)
      expect(all()).not.toContain(secret)
      expect(all()).toContain('[redacted]')
    }
  })

  test('what is known to be one, wherever it stands', () => {
    const { log, all } = openLog({ secrets: [secret, '1'] })
    log.info({ text: `the tool printed ${secret} 1 time` }, `${secret}!`)
    expect(all()).not.toContain(secret)
    expect(all()).toContain('1 time')
  })

  test('the names of variables are kept', () => {
    const { log, entries } = openLog()
    log.info({ env: { FOO: 'x', BAR: 'y' } }, 'started')
    expect(entries()[0]?.['env']).toEqual({ FOO: '[redacted]', BAR: '[redacted]' })
  })
})
