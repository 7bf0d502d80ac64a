import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Answer, Seen } from '../client/scripted-server.ts'
import { beginStream, sendJson, sseEvent } from '../client/scripted-server.ts'
import { sampleId, sampleRun, sampleSession } from '../support/service-samples.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'
import { openDaemonCli } from './daemon-cli.ts'

const runId = sampleId(1)

function placed(seq: number | null, event: { type: string; [field: string]: unknown }): string {
  const at = Date.now()
  return sseEvent({ seq, at, sessionId: sampleId(9), runId, ...event })
}

const ended = sampleRun({
  state: 'succeeded',
  outcome: 'ok',
  text: 'It is done.',
  costUsd: 0.25,
  ahead: null,
  startedAt: 1000,
  endedAt: 3000,
})

/** Events 8 to 11 of the session, over two connections. */
function eventsInTwoParts(): Answer {
  return (seen, response) => {
    beginStream(response)
    if (seen.headers['last-event-id'] === '7') {
      response.write(placed(8, { type: 'run_queued', prompt: 'x', ahead: 2 }))
      response.write(placed(9, { type: 'run_started', attempt: 1 }))
      response.write(
        placed(10, {
          type: 'tool_started',
          toolUseId: 't',
          toolName: 'Bash',
          input: { command: 'make' },
          parentToolUseId: null,
        }),
      )
      response.write('id: 11\nevent: tex')
      setTimeout(() => response.destroy(), 5)
      return
    }
    response.write(placed(11, { type: 'text', text: 'It is done.', parentToolUseId: null }))
    // Of another run of the session.
    response.write(sseEvent({ seq: 12, type: 'text', text: 'Not mine.', runId: 'other' }))
    response.write(placed(13, { type: 'run_ended', state: 'succeeded', outcome: 'ok' }))
  }
}

function bodyOf(seen: Seen | undefined): Record<string, unknown> {
  const value: Record<string, unknown> = JSON.parse(String(seen?.body))
  return value
}

describe('hostler submit', () => {
  test('sends what the flags say, and prints the id', async () => {
    await using daemon = await openDaemonCli({
      'POST /v1/runs': sampleRun(),
      'GET /v1/runs/*': sampleRun({ ahead: 2 }),
    })
    const flags = ['--key', 'nightly', '--profile', 'ci', '--priority', '-5', '--delay', '90s']
    const more = ['--label', 'a=b', '--on-busy', 'steer', '--idempotency-key', 'i']
    const ran = await daemon.run(['submit', ...flags, ...more, '-'], {
      stdin: 'update the changelog\n',
      env: { HOSTLER_TOKEN: 'hst_1' },
    })
    expect(ran).toMatchObject({ code: 0, stdout: `${runId}\n` })
    expect(ran.stderr).toContain('queued, 2 ahead')
    const [submitted] = daemon.server.seen
    expect(submitted?.headers.authorization).toBe('Bearer hst_1')
    expect(bodyOf(submitted)).toEqual({
      key: 'nightly',
      profile: 'ci',
      prompt: 'update the changelog',
      priority: -5,
      delayMs: 90_000,
      labels: { a: 'b' },
      onBusy: 'steer',
      idempotencyKey: 'i',
    })
  })

  test('without a session it makes one; a token comes from a file; files go with it', async () => {
    await using dir = await tempDir()
    await writeFile(join(dir.path, 'token'), 'hst_2\n')
    await writeFile(join(dir.path, 'a.md'), '# hello')
    await using daemon = await openDaemonCli({
      'POST /v1/sessions': sampleSession(),
      'POST /v1/runs': sampleRun(),
      'GET /v1/runs/*': sampleRun(),
    })
    const flags = ['--token-file', join(dir.path, 'token'), '--attach', join(dir.path, 'a.md')]
    const ran = await daemon.run(['submit', ...flags, '--json', 'read', 'it'])
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.stdout)).toMatchObject({ id: runId })
    const [made, submitted] = daemon.server.seen
    expect(made?.headers.authorization).toBe('Bearer hst_2')
    expect(submitted?.headers['content-type']).toMatch(/^multipart\/form-data/)
    const form = String(submitted?.body)
    expect(form).toContain('name="files"; filename="a.md"')
    expect(form).toContain(`"sessionId":"${sampleId(9)}"`)
    expect(form).toContain('"prompt":"read it"')
  })

  test('--follow shows this run only, over a broken connection, from before it', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 7 }),
      'POST /v1/runs': sampleRun({ ahead: 2 }),
      'GET /v1/sessions/*/events': eventsInTwoParts(),
      'GET /v1/runs/*': ended,
    })
    const ran = await daemon.run(['submit', '--key', 'nightly', '--follow', 'go'])
    expect(ran).toMatchObject({ code: 0, stdout: 'It is done.\n' })
    expect(ran.stderr).toContain('queued behind 2')
    expect(ran.stderr).toContain('connecting again')
    expect(ran.stderr).toMatch(/ok · \$0\.2500 · 2\.0s/)
    expect(ran.stderr).toContain("hostler submit --follow --session 'key:nightly'")
  })

  test('--follow --json is one event a line, and the exit code is the outcome’s', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 7 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': eventsInTwoParts(),
      'GET /v1/runs/*': { ...ended, state: 'failed', outcome: 'rate_limited' },
    })
    const ran = await daemon.run(['submit', '--key', 'nightly', '--follow', '--json', 'go'])
    expect(ran.code).toBe(8)
    const lines = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(lines).toMatchObject([
      { type: 'run_queued', seq: 8 },
      { type: 'run_started' },
      { type: 'tool_started' },
      { type: 'text', seq: 11, text: 'It is done.' },
      { type: 'run_ended' },
      { type: 'turn_result', outcome: 'rate_limited', runId },
    ])
  })

  test('Ctrl-C leaves a followed run, and says how to come back', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession(),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': ((_, response) => beginStream(response)) satisfies Answer,
    })
    const started = daemon.start(['submit', '--key', 'nightly', '--follow', 'go'])
    await waitFor(() => daemon.server.seen.some(({ path }) => path.endsWith('/events')))
    started.child.kill('SIGINT')
    const ran = await started.ended
    expect(ran).toMatchObject({ code: 130, signal: null, stdout: '' })
    expect(ran.stderr).toContain(`the run goes on: hostler logs -f ${runId}`)
    expect(daemon.server.seen.some(({ path }) => path.endsWith('/cancel'))).toBe(false)
  })

  test('--wait prints the answer, or that there is none yet', async () => {
    await using daemon = await openDaemonCli({
      'POST /v1/runs': sampleRun(),
      'GET /v1/runs/*': ((seen, response) =>
        sendJson(response, seen.query.has('wait') ? ended : sampleRun())) satisfies Answer,
    })
    const waited = await daemon.run(['submit', '-k', 'nightly', '--wait', '30s', 'go'])
    expect(waited).toMatchObject({ code: 0, stdout: 'It is done.\n' })
    const late = await daemon.run(['submit', '-k', 'nightly', '--wait', '100ms', 'go'])
    expect(late).toMatchObject({ code: 22, stdout: `${runId}\n` })
  })

  test.each([
    [['submit', '--follow', '--wait', '1s', 'x'], 'exclude each other'],
    [['submit', '--session', 'a', '--key', 'b', 'x'], 'both name a session'],
    [['submit', '--session', 'what', 'x'], 'key:what'],
    [['submit', '--idempotency-key', 'i', 'x'], '--idempotency-key'],
    [['submit', '--priority', '101', 'x'], 'from -100 to 100'],
    [['submit'], 'there is no prompt'],
    [['submit', '--server', 'nonsense', '-k', 'k', 'x'], '--server: "nonsense"'],
    [
      ['submit', '--token-file', '/nowhere', '-k', 'k', 'x'],
      '--token-file: "/nowhere" does not exist',
    ],
  ])('%j is refused and nothing is sent', async (args, words) => {
    await using daemon = await openDaemonCli({})
    const ran = await daemon.run(args)
    expect(ran).toMatchObject({ code: 2, stdout: '' })
    expect(ran.stderr).toContain(words)
    expect(daemon.server.seen).toEqual([])
  })
})

describe('hostler run with the daemon', () => {
  test('looks as without it; what the profile decides is refused', async () => {
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 7 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': eventsInTwoParts(),
      'GET /v1/runs/*': ended,
    })
    const ran = await daemon.run([
      'run',
      '--session',
      'key:nightly',
      '--max-turns',
      '3',
      '-o',
      'json',
      '/go',
    ])
    expect(ran).toMatchObject({ code: 0 })
    expect(JSON.parse(ran.stdout)).toMatchObject({ outcome: 'ok', text: 'It is done.', runId })
    const submitted = daemon.server.seen.find(({ method }) => method === 'POST')
    expect(bodyOf(submitted)).toMatchObject({
      key: 'nightly',
      prompt: '/go',
      slashCommands: 'run',
      options: { maxTurns: 3 },
    })
    const refused = await daemon.run(['run', '-p', 'ci', '--permission-mode', 'plan', 'x'])
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain('--permission-mode: with --session or --profile')
    const alone = await daemon.run(['run', '--server', daemon.server.url, 'x'])
    expect(alone).toMatchObject({ code: 2 })
  })

  test('-i gives one prompt after the other to one session', async () => {
    let submitted = 0
    let refused = 0
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 7 }),
      'POST /v1/sessions': sampleSession(),
      'POST /v1/runs': ((_, response) => {
        submitted++
        sendJson(response, sampleRun(), 202)
      }) satisfies Answer,
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        response.write(
          placed(8, { type: 'text', text: `Answer ${submitted}.`, parentToolUseId: null }),
        )
        response.write(placed(9, { type: 'run_ended' }))
      }) satisfies Answer,
      // As if it started anew just then, longer than a call is tried again by itself.
      'GET /v1/runs/*': ((_, response) => {
        if (submitted === 2 && refused++ < 5) response.destroy()
        else sendJson(response, ended)
      }) satisfies Answer,
    })
    const ran = await daemon.run(['run', '--profile', 'ci', '-i'], { stdin: 'one\ntwo\n/exit\n' })
    expect(ran).toMatchObject({ code: 0, stdout: 'Answer 1.\nAnswer 2.\n' })
    const posts = daemon.server.seen.filter(({ method }) => method === 'POST')
    expect(posts.map((one) => bodyOf(one)['prompt'])).toEqual([undefined, 'one', 'two'])
    expect(new Set(posts.slice(1).map((one) => bodyOf(one)['sessionId'])).size).toBe(1)
    expect(refused).toBe(6)
  })

  test('Ctrl-C cancels the run, and waits for its end', async () => {
    let end: (() => void) | null = null
    await using daemon = await openDaemonCli({
      'POST /v1/sessions': sampleSession(),
      'GET /v1/sessions/*': sampleSession({ lastSeq: 0 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        end = () => response.write(placed(3, { type: 'run_ended', outcome: 'cancelled' }))
      }) satisfies Answer,
      'POST /v1/runs/*/cancel': ((_, response) => {
        sendJson(response, sampleRun({ cancelRequestedAt: 1 }))
        end?.()
      }) satisfies Answer,
      'GET /v1/runs/*': { ...ended, state: 'cancelled', outcome: 'cancelled', text: '' },
    })
    const started = daemon.start(['run', '--profile', 'ci', 'go'])
    await waitFor(() => end !== null)
    started.child.kill('SIGINT')
    expect(await started.ended).toMatchObject({ code: 130, signal: null })
    expect(bodyOf(daemon.server.seen[0])).toEqual({ profile: 'ci' })
  })
})
