import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bearer,
  type GuardedDaemon,
  logLines,
  sendRaw,
  startGuardedDaemon,
} from '../../support/guarded-daemon.ts'
import { ask, post } from '../../support/intake.ts'

describe('W6', () => {
  let guarded: GuardedDaemon
  beforeAll(async () => {
    guarded = await startGuardedDaemon()
  })
  afterAll(() => guarded[Symbol.asyncDispose]())

  test('W6: paths that climb reach nothing', async () => {
    const { port, tokens } = guarded
    const paths = [
      '/v1/../../../etc/passwd',
      '/v1/runs/..%2f..%2f..%2fetc%2fpasswd/log',
      '/v1/runs/%2e%2e/%2e%2e/etc/passwd',
      '/docs/../../hostler.db',
      '//etc/passwd',
      '/v1/runs/%00',
      '/v1/runs/%c0%ae%c0%ae',
      '/v1/runs/' + 'a'.repeat(8_000),
    ]
    for (const path of paths) {
      const answer = await sendRaw(
        port,
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${tokens.admin}\r\nConnection: close\r\n\r\n`,
      )
      expect([path, answer.split('\r\n')[0]]).toEqual([
        path,
        expect.stringMatching(/^HTTP\/1\.1 40[04] /),
      ])
      expect(answer).not.toContain('root:')
    }
  })

  test('W6: another Host, another Origin, no token, a wrong one, one without the scope: refused, and said', async () => {
    const { daemon, port, tokens } = guarded
    const body = { key: 'w6', prompt: 'PROMPT-SECRET' }
    const before = logLines(daemon).length
    const hosted = await sendRaw(
      port,
      `GET /v1/status HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer ${tokens.admin}\r\nConnection: close\r\n\r\n`,
    )
    expect(hosted).toMatch(/^HTTP\/1\.1 403 /)
    const evil = { ...bearer(tokens.run), origin: 'https://evil.example' }
    const answers = {
      origin: await post(daemon.url, body, evil),
      none: await post(daemon.url, body),
      wrong: await post(daemon.url, body, bearer('hst_guessed-by-somebody')),
      form: await post(daemon.url, body, { authorization: 'Basic dXNlcjpwYXNzd29yZA==' }),
      scope: await post(daemon.url, body, bearer(tokens.read)),
    }
    expect(Object.values(answers).map(({ status }) => status)).toEqual([403, 401, 401, 401, 403])
    for (const answer of Object.values(answers)) {
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.body).toMatchObject({ cure: expect.any(String), code: expect.any(String) })
    }
    const refusals = logLines(daemon)
      .slice(before)
      .filter(({ msg }) => msg === 'request refused')
    expect(refusals.map(({ code }) => code)).toEqual([
      'origin_refused',
      'origin_refused',
      'unauthorized',
      'unauthorized',
      'unauthorized',
      'forbidden',
    ])
    for (const refusal of refusals) {
      expect(refusal).toMatchObject({
        level: 'warn',
        address: expect.stringContaining('127.0.0.1'),
      })
    }
    const { items } = (await ask(`${daemon.url}/v1/runs`, { headers: bearer(tokens.read) })).body
    expect(items).toEqual([])
    for (const secret of [...Object.values(tokens), 'guessed-by', 'dXNlcjpw', 'PROMPT-SECRET']) {
      expect(daemon.log()).not.toContain(secret)
    }
  })
})
