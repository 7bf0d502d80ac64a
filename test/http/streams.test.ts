import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { expect, test } from 'vitest'
import { createTestApp, fieldsOf, type TestApp } from '../support/http-app.ts'
import { waitFor } from '../support/wait-for.ts'

type Reading = {
  events: EventSourceMessage[]
  comments: string[]
  raw: () => string
  /** Resolves when the server has ended it. */
  ended: Promise<void>
  leave: () => Promise<void>
}

function read(answer: Response): Reading {
  const events: EventSourceMessage[] = []
  const comments: string[] = []
  let raw = ''
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  })
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (reader === undefined) throw new Error('no body')
  const ended = (async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      raw += value
      parser.feed(value)
    }
  })()
  return { events, comments, raw: () => raw, ended, leave: () => reader.cancel() }
}

async function watched(options: Parameters<typeof createTestApp>[0] = {}): Promise<
  TestApp & {
    id: string
    follow: (query?: string, headers?: Record<string, string>) => Promise<Reading>
  }
> {
  const test = createTestApp(options)
  const { id } = await test.hostler.sessions.create({ key: 'a' })
  return {
    ...test,
    id,
    follow: async (query = '', headers = {}) =>
      read(await test.ask('GET', `/v1/sessions/${id}/events${query}`, undefined, headers)),
  }
}

const archived = { type: 'session_archived' } as const
const delta = { type: 'text_delta', text: 'h', parentToolUseId: null, offset: 0 } as const

test('history, then live; only what is stored has an id', async () => {
  const { follow, hostler, id } = await watched()
  const stream = await follow()
  await waitFor(() => stream.events.length === 1)
  hostler.emit(id, delta)
  hostler.emit(id, archived)
  await waitFor(() => stream.events.length === 3)
  expect(stream.events.map(({ id, event }) => [id, event])).toEqual([
    ['1', 'session_created'],
    [undefined, 'text_delta'],
    ['2', 'session_archived'],
  ])
  expect(JSON.parse(stream.events[2]?.data ?? '')).toMatchObject({ seq: 2, sessionId: id })
  expect(stream.raw().startsWith('retry: 500\n\n')).toBe(true)
  await stream.leave()
})

test('a stream begins at once, with nothing to tell yet', async () => {
  const { follow, ask, id } = await watched()
  const answer = await ask('GET', `/v1/sessions/${id}/events?after=1`)
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(answer.headers.get('x-accel-buffering')).toBe('no')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  await answer.body?.cancel()
  const stream = await follow('?after=1')
  await waitFor(() => stream.raw() === 'retry: 500\n\n')
  await stream.leave()
})

test('W1 a client that comes back with Last-Event-ID gets every event once', async () => {
  const { follow, hostler, id } = await watched()
  const first = await follow()
  for (let count = 0; count < 5; count++) hostler.emit(id, archived)
  await waitFor(() => first.events.length >= 3)
  const seen = first.events.slice(0, 3).map((event) => Number(event.id))
  await first.leave()
  hostler.emit(id, archived)
  // `after` is still in the address, as a browser repeats it.
  const second = await follow('?after=0&until=now', { 'last-event-id': String(seen.at(-1)) })
  await second.ended
  expect([...seen, ...second.events.map((event) => Number(event.id))]).toEqual([
    1, 2, 3, 4, 5, 6, 7,
  ])
})

test.each([
  ['?after=-1', {}, 'after'],
  ['?after=x', {}, 'after'],
  ['?until=later', {}, 'until'],
  ['', { 'last-event-id': 'x' }, 'Last-Event-ID'],
])('%s %o is refused', async (query, headers, field) => {
  const { ask, id } = await watched()
  const answer = await ask('GET', `/v1/sessions/${id}/events${query}`, undefined, headers)
  expect([answer.status, (await fieldsOf(answer))['field']]).toEqual([400, field])
})

test('deltas can be left out', async () => {
  const { follow, hostler, id } = await watched()
  hostler.emit(id, delta)
  const stream = await follow('?transient=false&until=now')
  await stream.ended
  expect(stream.events.map(({ event }) => event)).toEqual(['session_created'])
})

test('JSON lines for those who prefer them', async () => {
  const { ask, id } = await watched()
  const accept = 'application/jsonl'
  const answer = await ask('GET', `/v1/sessions/${id}/events?until=now`, undefined, { accept })
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  expect(lines.map((line) => JSON.parse(line).type)).toEqual(['session_created'])
})

test('a quiet stream gives signs of life', async () => {
  const { follow } = await watched({ heartbeatMs: 5 })
  const stream = await follow('?after=1')
  await waitFor(() => stream.comments.length > 2)
  expect(stream.events).toEqual([])
  await stream.leave()
})

test('the source is let go when the client goes', async () => {
  const { follow, hostler } = await watched()
  const stream = await follow()
  await waitFor(() => hostler.openStreams() === 1)
  await stream.leave()
  await waitFor(() => hostler.openStreams() === 0)
})

test('a slow client costs nothing: its source is not read on', async () => {
  const { ask, hostler, id } = await watched()
  let taken = 0
  const events = hostler.sessions.events.bind(hostler.sessions)
  Reflect.set(hostler, 'as', () => hostler)
  hostler.sessions.events = async function* (...args) {
    for await (const event of events(...args)) {
      taken += 1
      yield event
    }
  }
  for (let count = 0; count < 5_000; count++) hostler.emit(id, archived)
  const slow = await ask('GET', `/v1/sessions/${id}/events`)
  const reader = slow.body?.getReader()
  await reader?.read()
  await reader?.read()
  // The batch that was read for it, and no more, however long it takes over it.
  const before = taken
  await new Promise(setImmediate)
  expect(taken).toBe(before)
  expect(taken).toBeGreaterThan(0)
  expect(taken).toBeLessThan(600)
  await reader?.cancel()
})

test('a failure on the way is told as the last event', async () => {
  const { follow, hostler, lines } = await watched()
  const events = hostler.sessions.events.bind(hostler.sessions)
  Reflect.set(hostler, 'as', () => hostler)
  hostler.sessions.events = async function* (...args) {
    yield* events(args[0], { ...args[1], until: 'now' })
    throw new Error('the disk is gone')
  }
  const stream = await follow()
  await stream.ended
  expect(stream.events.map(({ event }) => event)).toEqual(['session_created', 'problem'])
  expect(stream.raw()).not.toContain('disk')
  expect(lines.some(({ level }) => level === 'error')).toBe(true)
})

test('streams end with the server, and are told when to come back', async () => {
  const { follow, app, hostler } = await watched()
  const stream = await follow()
  await waitFor(() => stream.events.length === 1)
  app.close()
  await stream.ended
  expect(stream.raw()).toMatch(/retry: \d+\n\n$/)
  await waitFor(() => hostler.openStreams() === 0)
})

test('a run can be created and followed in one request', async () => {
  const { ask, hostler, id } = await watched()
  const headers = { accept: 'text/event-stream' }
  const answer = await ask('POST', '/v1/runs', { sessionId: id, prompt: 'hi' }, headers)
  expect(answer.status).toBe(200)
  const stream = read(answer)
  await waitFor(() => stream.events.length === 2)
  const { run } = JSON.parse(stream.events[0]?.data ?? '')
  expect(answer.headers.get('location')).toBe(`/v1/runs/${run.id}`)
  // What other runs of the session do is not told.
  hostler.emit(id, { type: 'run_continued' }, 'another')
  hostler.endRun(run.id)
  await stream.ended
  expect(stream.events.map(({ event }) => event)).toEqual(['run', 'run_queued', 'run_ended'])
})

test('the feed of everything goes on after a cursor', async () => {
  const { ask, hostler } = await watched()
  const change = { at: 1, kind: 'run', subjectId: 'r', sessionId: null, data: {} } as const
  hostler.tell({ ...change, cursor: '1' })
  hostler.tell({ ...change, cursor: '2' })
  const stream = read(await ask('GET', '/v1/events?until=now', undefined, { 'last-event-id': '1' }))
  await stream.ended
  expect(stream.events.map(({ id, event }) => [id, event])).toEqual([['2', 'run']])
})

test('HEAD of a stream opens none', async () => {
  const { ask, hostler, id } = await watched()
  const answer = await ask('HEAD', `/v1/sessions/${id}/events`)
  expect([answer.status, answer.body]).toEqual([200, null])
  await waitFor(() => hostler.openStreams() === 0)
})
