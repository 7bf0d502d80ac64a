import { describe, expect, test } from 'vitest'
import type { Answer } from '../client/scripted-server.ts'
import { beginStream, sendJson, sseEvent } from '../client/scripted-server.ts'
import {
  sampleId,
  sampleRequest,
  sampleRun,
  sampleSession,
  sampleStatus,
} from '../support/service-samples.ts'
import { waitFor } from '../support/wait-for.ts'
import { openDaemonCli } from './daemon-cli.ts'

const failed = sampleRun({
  id: sampleId(2),
  state: 'failed',
  outcome: 'auth',
  error: { code: 'auth', message: 'the key is\u001b[2J wrong', cure: 'log in: claude /login' },
  startedAt: 1000,
  endedAt: 3500,
  attempts: [
    {
      id: 'a',
      number: 1,
      workerId: 'w',
      agentId: 'g',
      outcome: 'auth',
      error: { code: 'auth', message: 'the key is wrong', cure: null },
      exit: null,
      costUsd: 0.01,
      usage: null,
      model: null,
      claudeVersion: null,
      log: { from: 0, to: 2048 },
      startedAt: 1000,
      endedAt: 3500,
    },
  ],
})

describe('looking at the daemon', () => {
  test('sessions: a table, JSON, filters, more pages', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions': {
        items: [
          sampleSession({ title: 'a\nb', queuedRuns: 2 }),
          sampleSession({
            id: sampleId(8),
            key: null,
            currentRun: {
              id: 'r',
              state: 'waiting',
              waiting: { on: 'human', until: null, reason: 'a permission' },
            },
          }),
        ],
        next: 'c2',
      },
    })
    const table = await daemon.run(['sessions', '--search', 'change', '--busy', '-l', 'a=b'])
    expect(table.code).toBe(0)
    expect(table.stdout).toMatch(/^SESSION +STATE +PROFILE/)
    expect(table.stdout).toContain(`${sampleId(9)}  2 queued`)
    expect(table.stdout).toContain('nightly · a b')
    expect(table.stdout).toContain('waiting for a human')
    expect(table.stderr).toBe('there are more: --cursor c2\n')
    expect(daemon.server.seen[0]?.query.toString()).toBe(
      'search=change&busy=true&state=active&label=a%3Db&limit=50',
    )
    const json = await daemon.run(['sessions', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ items: [{}, {}], next: 'c2' })
  })

  test('sessions show: all of one, with its newest runs', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ labels: { team: 'web' }, parentId: sampleId(3) }),
      'GET /v1/runs': { items: [failed], next: null },
    })
    const shown = await daemon.run(['sessions', 'show', 'key:nightly'])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/labels +team=web\n/)
    expect(shown.stdout).toMatch(/totals +3 runs · \$0\.5000 · 1\.2k tokens in, 80 out · 1m 05s/)
    expect(shown.stdout).toContain('newest runs\nRUN')
    const json = await daemon.run(['sessions', 'show', 'key:nightly', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ key: 'nightly' })
    expect(daemon.server.seen[0]?.path).toBe('/v1/sessions/key%3Anightly')
  })

  test('runs: states with their reasons, filters that are known', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession(),
      'GET /v1/runs': { items: [sampleRun({ ahead: 3 }), failed], next: null },
    })
    const args = ['--state', 'failed,queued', '--outcome', 'auth', '-s', 'key:nightly']
    const table = await daemon.run(['runs', ...args])
    expect(table).toMatchObject({ code: 0, stderr: '' })
    expect(table.stdout).toMatch(/queued, 3 ahead +nightly/)
    expect(table.stdout).toMatch(/failed: auth +nightly.* 2\.5s/)
    expect(daemon.server.seen[1]?.query.toString()).toBe(
      `sessionId=${sampleId(9)}&state=failed&state=queued&outcome=auth&limit=50`,
    )
    const wrong = await daemon.run(['runs', '--state', 'faild'])
    expect(wrong).toMatchObject({ code: 2 })
    expect(wrong.stderr).toContain('did you mean "failed"?')
  })

  test('show: what, why, cure and attempts, by what the id begins with', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/runs': { items: [failed, sampleRun()], next: null },
      'GET /v1/sessions': { items: [sampleSession()], next: null },
      'GET /v1/requests': { items: [sampleRequest()], next: null },
      'GET /v1/runs/*': failed,
      'GET /v1/requests/*': sampleRequest(),
    })
    const shown = await daemon.run(['show', '01a1f7ae-0002'])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(/state +failed: auth/)
    // Nothing of it reaches the terminal as a command.
    expect(shown.stdout).toMatch(/why +the key is␛\[2J wrong/)
    expect(shown.stdout).toMatch(/cure +log in: claude \/login/)
    expect(shown.stdout).toMatch(/1 +auth +.*2\.5s +\$0\.0100 +2 kB +the key is wrong/)
    const request = await daemon.run(['show', '01a1f7ae-0005'])
    expect(request.stdout).toContain(`hostler answer ${sampleId(5)} --allow`)
    expect(request.stdout).toContain('Bash wants to run:\ngit push')
    const json = await daemon.run(['show', '--json', sampleId(2)])
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'run', run: { outcome: 'auth' } })
    const several = await daemon.run(['show', '01a1'])
    expect(several).toMatchObject({ code: 2, stdout: '' })
    expect(several.stderr).toContain('several begin with "01a1"')
    const none = await daemon.run(['show', '77777777'])
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toContain('no run, session or request begins with "77777777"')
  })

  test('logs: the events of one run; raw bytes by parts until its end', async () => {
    const log = 'first line\nsecond line\n'
    let size = 11
    await using daemon = await openDaemonCli({
      'GET /v1/runs/*': ((_, response) =>
        sendJson(response, { ...failed, endedAt: size < log.length ? null : 9 })) satisfies Answer,
      'GET /v1/runs/*/log': (({ headers, query }, response) => {
        expect(query.get('attempt')).toBe('1')
        const from = Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0)
        const part = log.slice(from, size)
        response.writeHead(206, { 'content-range': `bytes ${from}-${size - 1}/${size}` })
        response.end(part)
        size = log.length
      }) satisfies Answer,
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        const parent = { parentToolUseId: null }
        response.write(sseEvent({ seq: 1, type: 'text', text: 'other', runId: 'x', ...parent }))
        response.write(
          sseEvent({ seq: 2, type: 'text', text: 'mine', runId: failed.id, ...parent }),
        )
        const tool = { toolUseId: 't', runId: failed.id, ...parent }
        const call = { toolName: 'Bash', input: { command: 'make' } }
        response.write(sseEvent({ seq: 3, type: 'tool_started', at: 1000, ...tool, ...call }))
        response.write(sseEvent({ seq: 4, type: 'tool_finished', at: 4000, content: '', ...tool }))
        response.end(sseEvent({ seq: 5, type: 'run_ended', runId: failed.id }))
      }) satisfies Answer,
    })
    const raw = await daemon.run(['logs', '--raw', '-f', failed.id])
    expect(raw).toMatchObject({ code: 0, stdout: log, stderr: '' })
    const shown = await daemon.run(['logs', failed.id])
    expect(shown).toMatchObject({ code: 0, stdout: 'mine\n' })
    expect(shown.stderr).toContain('✓ Bash make  3.0s')
    expect(shown.stderr).toContain('auth')
    const json = await daemon.run(['logs', '--json', failed.id])
    expect(json.stdout.split('\n').filter((line) => line.includes('"seq"'))).toHaveLength(4)
  })

  test('status: once where it is no terminal', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/status': sampleStatus({
        accepting: false,
        problem: { code: 'x', message: 'the disk is full', cure: 'make room' },
      }),
      'GET /v1/runs': { items: [sampleRun({ state: 'running', startedAt: 1 })], next: null },
    })
    const shown = await daemon.run(['status'])
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toContain('hostler 9.9.9 · sqlite · takes no new work')
    expect(shown.stdout).toContain('1 running · 2 queued · 1 waiting (1 for a human')
    expect(shown.stdout).toContain('the disk is full; make room')
    expect(shown.stdout).toContain('24 hours: 12 ok, 1 timeout')
    expect(shown.stdout).toMatch(/box\/7 +active +1 of 4/)
    const json = await daemon.run(['status', '--json'])
    expect(JSON.parse(json.stdout)).toMatchObject({ costTodayUsd: 1.25 })
  })

  test('a closed output ends it', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/runs/*': sampleRun({ state: 'running' }),
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        let seq = 0
        const timer = setInterval(() => {
          seq++
          response.write(sseEvent({ seq, type: 'text', text: 'more', runId: sampleId(1) }))
        }, 5)
        response.on('close', () => clearInterval(timer))
      }) satisfies Answer,
    })
    const started = daemon.start(['logs', '-f', '--json', sampleId(1)])
    await waitFor(() => started.output.stdout.includes('more'))
    started.child.stdout?.destroy()
    expect(await started.ended).toMatchObject({ code: 141 })
  })

  test('who is not let in hears how to get in', async () => {
    const problem = { code: 'unauthorized', detail: 'no token was given', cure: 'send a header' }
    await using daemon = await openDaemonCli({
      'GET /v1/runs': ((_, response) => sendJson(response, problem, 401)) satisfies Answer,
    })
    const ran = await daemon.run(['runs'])
    expect(ran).toMatchObject({ code: 1, stdout: '' })
    expect(ran.stderr).toMatch(/^hostler: no token was given; name a token by --token-file/)
  })

  test('the server’s refusals are told in one line', async () => {
    const problem = {
      code: 'forbidden',
      detail: 'this needs the scope "read"',
      cure: 'use another',
    }
    await using daemon = await openDaemonCli({
      'GET /v1/runs': ((_, response) => sendJson(response, problem, 403)) satisfies Answer,
    })
    expect(await daemon.run(['runs'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'hostler: this needs the scope "read"; use another\n',
    })
  })
})
