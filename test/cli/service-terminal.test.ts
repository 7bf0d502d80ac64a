import type { ServerResponse } from 'node:http'
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
import { hasTmux, openTerminal } from './terminal.ts'

const runId = sampleId(1)

describe.skipIf(!hasTmux)('the daemon on a terminal', () => {
  test('status draws anew when something changes, and Ctrl-C leaves it tidy', async () => {
    let feed: ServerResponse | null = null
    let queued = 2
    let isAway = false
    const runs = (): unknown[] => [
      sampleRun({ state: 'running', startedAt: Date.now(), prompt: 'x'.repeat(300) }),
    ]
    await using daemon = await openDaemonCli({
      'GET /v1/status': ((_, response) => {
        const waiting = { human: 0, children: 0, time: 0 }
        if (isAway) response.destroy()
        else sendJson(response, sampleStatus({ runs: { queued, running: 1, waiting } }))
      }) satisfies Answer,
      'GET /v1/runs': ((_, response) =>
        sendJson(response, { items: runs(), next: null })) satisfies Answer,
      'GET /v1/events': ((_, response) => {
        if (isAway) response.destroy()
        else {
          beginStream(response)
          feed = response
        }
      }) satisfies Answer,
    })
    await using terminal = await openTerminal(daemon, ['status'])
    const first = await terminal.waitFor('2 queued')
    // The prompt is cut: each row has one line.
    expect(first).toMatch(/running +nightly .* x+…\n/)
    const stream = await waitFor(() => feed)
    queued = 5
    stream.write('id: c1\nevent: run\ndata: {"cursor":"c1","kind":"run"}\n\n')
    const second = await terminal.waitFor('5 queued')
    expect(second).not.toContain('2 queued')
    expect(second.match(/hostler 9\.9\.9/g)).toHaveLength(1)
    // The daemon goes, and is there again.
    isAway = true
    stream.destroy()
    const away = await terminal.waitFor('cannot be reached')
    expect(away.match(/hostler 9\.9\.9/g)).toHaveLength(1)
    queued = 7
    isAway = false
    await terminal.waitFor('7 queued')
    await terminal.press('C-c')
    const last = await terminal.waitFor('exit 0')
    expect(last).toContain('7 queued')
    expect(last).not.toContain('connecting again')
  })

  test('a followed run asks its request here, and the answer goes to the daemon', async () => {
    let events: ServerResponse | null = null
    const { request } = sampleRequest()
    const place = { at: 0, sessionId: sampleId(9), runId }
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 0 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        events = response
        response.write(sseEvent({ seq: 1, type: 'run_started', attempt: 1, ...place }))
        response.write(sseEvent({ seq: 2, type: 'request_opened', request, ...place }))
      }) satisfies Answer,
      'GET /v1/requests': { items: [sampleRequest()], next: null },
      'POST /v1/requests/*/answer': ((_, response) => {
        sendJson(response, sampleRequest({ state: 'answered' }))
        const closed = { type: 'request_closed', requestId: request.id, how: 'answered' }
        events?.write(sseEvent({ seq: 3, ...closed, ...place }))
        events?.write(
          sseEvent({ seq: 4, type: 'text', text: 'Pushed.', parentToolUseId: null, ...place }),
        )
        events?.write(sseEvent({ seq: 5, type: 'run_ended', ...place }))
      }) satisfies Answer,
      'GET /v1/runs/*': sampleRun({
        state: 'succeeded',
        outcome: 'ok',
        text: 'Pushed.',
        startedAt: 0,
        endedAt: 2000,
      }),
    })
    await using terminal = await openTerminal(daemon, ['submit', '-k', 'nightly', '--follow', 'go'])
    const asked = await terminal.waitFor('Deny, and say why')
    expect(asked).toContain('Bash wants to run:')
    expect(asked).toContain('git push')
    await terminal.press('Enter')
    const done = await terminal.waitFor('exit 0')
    expect(done).toContain('Pushed.')
    const answer = daemon.server.seen.find(({ path }) => path.endsWith('/answer'))
    expect(answer?.path).toBe(`/v1/requests/${sampleId(5)}/answer`)
    expect(String(answer?.body)).toBe('{"behavior":"allow"}')
  })

  test('a result to be reviewed is asked about, and sent back with a comment', async () => {
    let events: ServerResponse | null = null
    const stored = sampleRequest({
      kind: 'review',
      origin: 'review',
      request: { id: 'r', openedAt: 0, kind: 'review', outcome: 'ok', text: 'Long.', error: null },
    })
    const { request } = stored
    const place = { at: 0, sessionId: sampleId(9), runId }
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 0 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        events = response
        response.write(sseEvent({ seq: 1, type: 'run_started', attempt: 1, ...place }))
        response.write(sseEvent({ seq: 2, type: 'request_opened', request, ...place }))
        const waiting = { on: 'human', until: null, reason: 'its result is to be looked at' }
        // Twice, as of a run that is parked meanwhile.
        response.write(sseEvent({ seq: 3, type: 'run_waiting', ...waiting, ...place }))
        response.write(sseEvent({ seq: 4, type: 'run_waiting', ...waiting, ...place }))
      }) satisfies Answer,
      'GET /v1/requests': { items: [stored], next: null },
      'POST /v1/requests/*/answer': ((_, response) => {
        sendJson(response, { ...stored, state: 'answered' })
        events?.write(sseEvent({ seq: 5, type: 'run_ended', ...place }))
      }) satisfies Answer,
      'GET /v1/runs/*': sampleRun({
        state: 'succeeded',
        outcome: 'ok',
        text: 'Short.',
        endedAt: 9,
      }),
    })
    await using terminal = await openTerminal(daemon, ['submit', '-k', 'nightly', '--follow', 'go'])
    await terminal.waitFor('Is this result right?')
    await terminal.press('Down', 'Enter')
    await terminal.waitFor('What is to be done otherwise?')
    await terminal.press('half as long', 'Enter')
    const done = await terminal.waitFor('exit 0')
    expect(done.match(/its result is to be looked at/g)).toHaveLength(1)
    const answer = daemon.server.seen.find(({ path }) => path.endsWith('/answer'))
    expect(String(answer?.body)).toBe('{"behavior":"deny","message":"half as long"}')
  })

  test('a question that somebody else answers goes away', async () => {
    let events: ServerResponse | null = null
    const { request } = sampleRequest()
    const place = { at: 0, sessionId: sampleId(9), runId }
    await using daemon = await openDaemonCli({
      'GET /v1/sessions/*': sampleSession({ lastSeq: 0 }),
      'POST /v1/runs': sampleRun(),
      'GET /v1/sessions/*/events': ((_, response) => {
        beginStream(response)
        events = response
        response.write(sseEvent({ seq: 1, type: 'request_opened', request, ...place }))
      }) satisfies Answer,
      'GET /v1/requests': { items: [sampleRequest()], next: null },
      'GET /v1/runs/*': sampleRun({ state: 'succeeded', outcome: 'ok', text: 'Ok.', endedAt: 9 }),
    })
    await using terminal = await openTerminal(daemon, ['submit', '-k', 'nightly', '--follow', 'go'])
    await terminal.waitFor('Deny, and say why')
    const stream = await waitFor(() => events)
    const closed = { type: 'request_closed', requestId: request.id, how: 'answered' }
    stream.write(sseEvent({ seq: 2, ...closed, ...place }))
    await terminal.waitFor('the question was withdrawn')
    stream.write(sseEvent({ seq: 3, type: 'run_ended', ...place }))
    await terminal.waitFor('exit 0')
    expect(daemon.server.seen.some(({ path }) => path.endsWith('/answer'))).toBe(false)
  })
})
