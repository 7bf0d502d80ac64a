import { describe, expect, test } from 'vitest'
import { sampleId, sampleRequest, sampleRun, sampleSession } from '../support/service-samples.ts'
import { openDaemonCli } from './daemon-cli.ts'

describe('acting on the daemon', () => {
  test('cancel, retry, fork and archive', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/runs': { items: [sampleRun({ id: sampleId(3) })], next: null },
      'POST /v1/runs/*/cancel': sampleRun({ id: sampleId(3), state: 'cancelled' }),
      'POST /v1/runs/*/retry': sampleRun({ id: sampleId(4), retryOf: sampleId(3) }),
      'POST /v1/sessions/*/fork': sampleSession({ id: sampleId(7) }),
      'POST /v1/sessions/*/archive': sampleSession({ state: 'archived' }),
    })
    const cancelled = await daemon.run(['cancel', '01a1f7ae-0003'])
    expect(cancelled).toMatchObject({ code: 0, stdout: `${sampleId(3)}  cancelled\n` })
    const retried = await daemon.run(['retry', '--json', sampleId(3)])
    expect(JSON.parse(retried.stdout)).toMatchObject({ retryOf: sampleId(3) })
    const flags = ['--key', 'k2', '--title', 'T', '--after-run', sampleId(3)]
    const forked = await daemon.run(['fork', 'key:a/b', ...flags])
    expect(forked).toMatchObject({ code: 0, stdout: `${sampleId(7)}\n` })
    const archived = await daemon.run(['archive', sampleId(9)])
    expect(archived).toMatchObject({ code: 0, stdout: `${sampleId(9)}  archived\n` })
    const posts = daemon.server.seen.filter(({ method }) => method === 'POST')
    expect(posts.map(({ path, body }) => `${path} ${String(body)}`)).toEqual([
      `/v1/runs/${sampleId(3)}/cancel {}`,
      `/v1/runs/${sampleId(3)}/retry {}`,
      `/v1/sessions/key%3Aa%2Fb/fork {"key":"k2","title":"T","afterRun":"${sampleId(3)}"}`,
      `/v1/sessions/${sampleId(9)}/archive {}`,
    ])
  })

  test('requests and answer', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/requests': { items: [sampleRequest()], next: null },
      'GET /v1/requests/*': sampleRequest(),
      'POST /v1/requests/*/answer': sampleRequest({ state: 'answered' }),
    })
    const listed = await daemon.run(['requests'])
    expect(listed.stdout).toMatch(/open +permission +nightly .* Bash git push/)
    expect(daemon.server.seen[0]?.query.get('state')).toBe('open')
    const answered = await daemon.run(['answer', '01a1f7ae-0005', '--deny', 'not today'])
    expect(answered).toMatchObject({ code: 0, stdout: `${sampleId(5)}  answered\n` })
    expect(String(daemon.server.seen.at(-1)?.body)).toBe(
      '{"behavior":"deny","message":"not today"}',
    )
    await daemon.run(['answer', sampleId(5), '--allow', '--for-session'])
    expect(String(daemon.server.seen.at(-1)?.body)).toBe('{"behavior":"allow","scope":"session"}')
    const wrong = await daemon.run(['answer', sampleId(5), '--choice', 'a'])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(daemon.server.seen.filter(({ method }) => method === 'POST')).toHaveLength(2)
  })

  test('requests numbers the rules that the CLI offers, and answer takes one', async () => {
    const rule = { toolName: 'Bash', ruleContent: 'git push *' }
    const add = { type: 'addRules', rules: [rule], behavior: 'allow', destination: 'localSettings' }
    const { request } = sampleRequest()
    if (request.kind !== 'permission') throw new Error('it is one')
    const asked = sampleRequest({ request: { ...request, suggestions: [add] } })
    await using daemon = await openDaemonCli({
      'GET /v1/requests': { items: [asked], next: null },
      'GET /v1/requests/*': asked,
      'POST /v1/requests/*/answer': sampleRequest({ state: 'answered' }),
    })
    const shown = 'rule 1: Bash(git push *) in .claude/settings.local.json'
    expect((await daemon.run(['requests'])).stdout).toContain(shown)
    expect((await daemon.run(['show', sampleId(5)])).stdout).toContain(shown)
    const answered = await daemon.run(['answer', sampleId(5), '--allow', '--rule', '1'])
    expect(answered).toMatchObject({ code: 0 })
    expect(JSON.parse(String(daemon.server.seen.at(-1)?.body))).toEqual({
      behavior: 'allow',
      updatedPermissions: [add],
    })
  })

  test('configure gives a bypass for a while, ends it, and takes rules back', async () => {
    const until = Date.now() + 60_000
    await using daemon = await openDaemonCli({
      'PATCH /v1/sessions/*': sampleSession({ bypassUntil: until, grantedRules: ['Bash(ls)'] }),
      'GET /v1/runs': { items: [], next: null },
    })
    const given = await daemon.run(['configure', 'key:nightly', '--bypass', '30m'])
    expect(given).toMatchObject({ code: 0 })
    expect(given.stdout).toMatch(/all allowed until +\d\d/)
    expect(given.stdout).toMatch(/granted rules +Bash\(ls\)/)
    await daemon.run(['configure', 'key:nightly', '--bypass', 'off', '--revoke-rules'])
    const changes = daemon.server.seen.filter(({ method }) => method === 'PATCH')
    expect(changes.map(({ body }) => String(body))).toEqual([
      '{"bypassForMs":1800000}',
      '{"bypassForMs":null,"grantedRules":[]}',
    ])
    const nothing = await daemon.run(['configure', 'key:nightly'])
    expect(nothing).toMatchObject({ code: 2, stdout: '' })
    const unit = await daemon.run(['configure', 'key:nightly', '--bypass', '30'])
    expect(unit.stderr).toContain('did you mean 30s')
  })

  test('token create, list and revoke', async () => {
    const token = {
      id: sampleId(6),
      label: 'ci',
      scopes: ['run', 'read'],
      createdAt: Date.now(),
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    }
    await using daemon = await openDaemonCli({
      'POST /v1/tokens': { ...token, token: 'hst_secret' },
      'GET /v1/tokens': { items: [token] },
      'DELETE /v1/tokens/*': { ...token, revokedAt: 5 },
    })
    const flags = ['--label', 'ci', '--scopes', 'run,read', '--expires', '720h']
    const made = await daemon.run(['token', 'create', ...flags])
    expect(made).toMatchObject({ code: 0, stdout: 'hst_secret\n' })
    expect(made.stderr).toContain('not shown again')
    expect(String(daemon.server.seen[0]?.body)).toBe(
      '{"label":"ci","scopes":["run","read"],"expiresInMs":2592000000}',
    )
    const listed = await daemon.run(['token', 'list'])
    expect(listed.stdout).toMatch(/run,read +valid +[\d.]+s ago +never +ci/)
    const revoked = await daemon.run(['token', 'revoke', '01a1f7ae-0006'])
    expect(revoked).toMatchObject({ code: 0, stdout: `${sampleId(6)}  revoked\n` })
    const wrong = await daemon.run(['token', 'create', '--label', 'x', '--scopes', 'runn'])
    expect(wrong).toMatchObject({ code: 2, stdout: '' })
    expect(wrong.stderr).toContain('did you mean "run"?')
  })
})
