import { expect, test } from 'vitest'
import { waitFor } from '../../test/support/wait-for.ts'
import { failure, startScriptedModel, text, tool } from './index.ts'
import type { ScriptedModel } from './index.ts'

type Ask = { stream?: boolean; model?: string; system?: string; messages?: unknown[] }

function post(model: ScriptedModel, prompt: string, options: Ask = {}): Promise<Response> {
  const { model: name = 'claude-x', stream = false, ...rest } = options
  return fetch(`${model.url}/v1/messages?beta=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: name,
      stream,
      max_tokens: 100,
      messages: [{ role: 'user', content: prompt }],
      ...rest,
    }),
  })
}

async function say(model: ScriptedModel, prompt: string, options: Ask = {}): Promise<string> {
  const answer: unknown = await (await post(model, prompt, options)).json()
  return JSON.stringify(answer)
}

test('replies come in order, `when` goes first, `otherwise` comes last', async () => {
  await using model = await startScriptedModel({
    script: {
      replies: [
        text('first'),
        text('for horses', { when: { lastUserText: 'horse' }, repeat: 2 }),
        text('by model', { when: { model: '/haiku$/' } }),
        text('by system', { when: { systemText: 'be brief' } }),
        text('second', { repeat: 2 }),
      ],
      otherwise: text('always'),
    },
  })
  expect(await say(model, 'a horse')).toContain('for horses')
  expect(await say(model, 'x')).toContain('first')
  expect(await say(model, 'x', { model: 'claude-haiku' })).toContain('by model')
  expect(await say(model, 'x', { system: 'please be brief' })).toContain('by system')
  expect(await say(model, 'horses')).toContain('for horses')
  expect(await say(model, 'horses')).toContain('second')
  expect(await say(model, 'x')).toContain('second')
  expect(await say(model, 'x')).toContain('always')
  expect(model.prompts.map((it) => it.reply.from)).toEqual([
    ...Array.from({ length: 7 }, () => 'script'),
    'otherwise',
  ])
})

test('a function makes the reply from the request, and is held to the same form', async () => {
  await using model = await startScriptedModel({
    script: [
      (request) => text(`you said ${request.lastUserText}`),
      () => JSON.parse('{"textt": "x"}'),
    ],
  })
  expect(await say(model, 'hay')).toContain('you said hay')
  const wrong = await post(model, 'hay')
  expect(wrong.status).toBe(400)
  expect(await wrong.text()).toContain('unknown field')
})

test('replies can be added, and the script changed', async () => {
  await using model = await startScriptedModel()
  model.push(text('one'), text('two'))
  expect(await say(model, 'x')).toContain('one')
  model.setScript([text('three')])
  expect(await say(model, 'x')).toContain('three')
  expect(await say(model, 'last words')).toContain('last words')
  expect(model.errors.map((it) => it.lastUserText)).toEqual(['last words'])
})

test('a stream has all events, and the deltas make up the text and the input', async () => {
  const words = 'Grüße 🐎🐎🐎 from the stable'
  await using model = await startScriptedModel({
    script: [tool('Bash', { command: 'ls' }, { text: words, pace: { chunkChars: 3 } })],
  })
  const response = await post(model, 'x', { stream: true })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const body = await response.text()
  const events = body.match(/^event: .*$/gm)
  expect(events?.[0]).toBe('event: message_start')
  expect(events?.slice(-2)).toEqual(['event: message_delta', 'event: message_stop'])
  const deltas = [...body.matchAll(/"text_delta","text":("(?:[^"\\]|\\.)*")/g)]
  expect(deltas.map((it) => String(JSON.parse(it[1] ?? '""'))).join('')).toBe(words)
  expect(deltas.length).toBeGreaterThan(5)
  expect(body).toContain('"stop_reason":"tool_use"')
})

test('a paced stream arrives bit by bit', async () => {
  await using model = await startScriptedModel({
    script: [text('0123456789', { pace: { chunkChars: 1, delayMs: 5 } })],
  })
  const response = await post(model, 'x', { stream: true })
  let chunks = 0
  for await (const _ of response.body ?? []) chunks += 1
  expect(chunks).toBeGreaterThan(5)
})

test('a held reply waits to be released, and one that is released before does not wait', async () => {
  await using model = await startScriptedModel({
    script: [text('one', { hold: 'gate' }), text('two', { hold: 'gate' })],
  })
  let isAnswered = false
  const answer = say(model, 'x').then((it) => {
    isAnswered = true
    return it
  })
  await waitFor(() => model.holding.includes('gate'))
  expect(isAnswered).toBe(false)
  model.release('gate')
  expect(await answer).toContain('one')
  expect(await say(model, 'x')).toContain('two')
})

test('a stall in mid-block goes on when released', async () => {
  await using model = await startScriptedModel({
    script: [failure.stall('mid_block', { text: 'the first half and the second half' })],
  })
  const response = await post(model, 'x', { stream: true })
  await waitFor(() => model.holding.includes('stall'))
  model.release('stall')
  expect(await response.text()).toContain('message_stop')
})

test('closing cuts what stalls, ends those who wait, and frees the port', async () => {
  const model = await startScriptedModel({ script: [failure.stall()] })
  const stalled = post(model, 'x')
  const waiting = model.waitForRequest((it) => it.lastUserText === 'never')
  await model.waitForRequest((it) => it.lastUserText === 'x')
  await Promise.all([
    expect(stalled).rejects.toThrow(),
    expect(waiting).rejects.toThrow('closed'),
    model.close(),
    model.close(),
  ])
  expect(model.requests[0]?.end).toBe('cut')
  await expect(post(model, 'x')).rejects.toThrow()
})

test('a client that hangs up is recorded, and holds nothing up', async () => {
  await using model = await startScriptedModel({ script: [failure.stall(), text('next')] })
  const leaving = new AbortController()
  const gone = fetch(`${model.url}/v1/messages`, {
    method: 'POST',
    body: '{"messages":[]}',
    signal: leaving.signal,
  })
  const request = await model.waitForRequest()
  leaving.abort()
  await expect(gone).rejects.toThrow()
  await waitFor(() => request.end === 'cut')
  expect(await say(model, 'x')).toContain('next')
})

test('what is no prompt takes no reply', async () => {
  await using model = await startScriptedModel({ script: [text('kept')] })
  const count = await fetch(`${model.url}/v1/messages/count_tokens`, {
    method: 'POST',
    body: JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(400) }] }),
  })
  expect(await count.json()).toEqual({ input_tokens: expect.closeTo(110, -1) })
  const probe = await fetch(`${model.url}/v1/messages`, {
    method: 'POST',
    body: JSON.stringify({ max_tokens: 1, messages: [{ role: 'user', content: 'quota' }] }),
  })
  expect(probe.status).toBe(200)
  expect((await fetch(model.url, { method: 'HEAD' })).status).toBe(404)
  expect(await (await fetch(`${model.url}/v1/models`)).text()).toContain('not served here')
  expect(model.prompts).toHaveLength(0)
  expect(await say(model, 'x')).toContain('kept')
})

test('waiting for a request has a limit, and says what was seen', async () => {
  await using model = await startScriptedModel({ script: [text('a')] })
  await say(model, 'something else')
  await expect(
    model.waitForRequest((it) => it.lastUserText === 'this', { timeoutMs: 20 }),
  ).rejects.toThrow('something else')
})

test('an abort closes the model', async () => {
  const ending = new AbortController()
  const model = await startScriptedModel({ script: [], signal: ending.signal })
  ending.abort()
  await waitFor(() =>
    post(model, 'x').then(
      () => false,
      () => true,
    ),
  )
})
