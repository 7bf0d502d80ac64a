import { describe, expect, test } from 'vitest'
import { connectHostler } from '../../src/client/index.ts'
import { sendJson, startScriptedServer } from './scripted-server.ts'

describe('calls', () => {
  test('the token, the path of a key, filters and pages are sent as the server reads them', async () => {
    await using server = await startScriptedServer((_, response) =>
      sendJson(response, { items: [{ id: 'a', fromTheFuture: 1 }], next: 'more' }),
    )
    await using hostler = connectHostler({ url: `${server.url}/`, token: 'hst_x' })
    await hostler.sessions.get('key:telegram:-1/45')
    const page = await hostler.runs.list(
      { state: ['queued', 'running'], labels: { team: 'a=b' } },
      { limit: 5, cursor: 'c' },
    )
    expect(server.seen[0]).toMatchObject({
      path: '/v1/sessions/key%3Atelegram%3A-1%2F45',
      headers: { authorization: 'Bearer hst_x' },
    })
    expect(server.seen[1]?.query.toString()).toBe(
      'state=queued&state=running&label=team%3Da%3Db&cursor=c&limit=5',
    )
    expect(page).toEqual({ items: [{ id: 'a', fromTheFuture: 1 }], next: 'more' })
  })

  test('a problem is the same error as in one process', async () => {
    await using server = await startScriptedServer((_, response) =>
      sendJson(
        response,
        {
          type: 'urn:hostler:error:key_taken',
          title: 'key taken',
          status: 409,
          detail: 'key "k" belongs to session s',
          code: 'key_taken',
          cure: 'use that session',
          params: { key: 'k', sessionId: 's' },
          field: 'key',
        },
        409,
      ),
    )
    await using hostler = connectHostler({ url: server.url })
    await expect(hostler.sessions.create({ key: 'k' })).rejects.toMatchObject({
      name: 'HostlerError',
      code: 'key_taken',
      message: 'key "k" belongs to session s',
      cure: 'use that session',
      params: { key: 'k', sessionId: 's', field: 'key' },
    })
    expect(server.seen).toHaveLength(1)
  })

  test.each([
    ['a page of somebody else', 404, '<h1>nginx</h1>', 'server_failed', '404: <h1>nginx</h1>'],
    ['a code of a newer server', 418, '{"code":"brewing","detail":"tea"}', 'server_failed', 'tea'],
    ['an answer that is not JSON', 200, 'hello', 'server_failed', 'not JSON'],
    ['a proxy without a server', 502, 'Bad Gateway', 'server_unreachable', 'answered 502'],
  ])('%s is told as such', async (_, status, body, code, words) => {
    await using server = await startScriptedServer((_seen, response) => {
      response.writeHead(status)
      response.end(body)
    })
    await using hostler = connectHostler({ url: server.url })
    const failure = await hostler.sessions.create({}).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code, params: { url: server.url } })
    expect(String(failure)).toContain(words)
  })

  test('what reads is asked again when the connection breaks, what changes is not', async () => {
    let broken = 0
    await using server = await startScriptedServer((_, response) => {
      if (broken++ < 2) response.destroy()
      else sendJson(response, { ok: true })
    })
    await using hostler = connectHostler({ url: server.url })
    expect(await hostler.status()).toEqual({ ok: true })
    expect(broken).toBe(3)
    broken = 0
    await expect(hostler.sessions.create({})).rejects.toMatchObject({
      code: 'server_unreachable',
      params: { url: server.url },
    })
    expect(broken).toBe(1)
  })

  test('a submission is sent again under the same key, its answer lost', async () => {
    await using server = await startScriptedServer((_, response) => {
      if (server.seen.length === 1) {
        response.writeHead(202, { 'content-length': '100' })
        response.write('{"id":')
        setImmediate(() => response.destroy())
      } else sendJson(response, { id: 'r' }, 202)
    })
    await using hostler = connectHostler({ url: server.url })
    expect(await hostler.runs.submit({ key: 'k', prompt: 'hi' })).toEqual({ id: 'r' })
    const [first, second] = server.seen.map(({ body }) => String(body))
    expect(first).toMatch(/"idempotencyKey":"client-[0-9a-f]{32}"/)
    expect(second).toBe(first)
  })

  test('attachments go as parts of a form', async () => {
    await using server = await startScriptedServer((_, response) => sendJson(response, {}, 202))
    await using hostler = connectHostler({ url: server.url })
    const attachments = [
      { name: 'größe.txt', mediaType: 'text/plain', data: new TextEncoder().encode('x y') },
    ]
    await hostler.runs.submit({ key: 'k', prompt: 'hi', idempotencyKey: 'i', attachments })
    const [seen] = server.seen
    const form = await new Response(new Uint8Array(seen?.body ?? []), {
      headers: { 'content-type': seen?.headers['content-type'] ?? '' },
    }).formData()
    const [file] = form.getAll('files')
    const submission = form.get('submission')
    if (!(file instanceof File) || !(submission instanceof File)) throw new Error('no files')
    expect(JSON.parse(await submission.text())).toEqual({
      key: 'k',
      prompt: 'hi',
      idempotencyKey: 'i',
    })
    expect([file.name, file.type, await file.text()]).toEqual(['größe.txt', 'text/plain', 'x y'])
  })

  test('an abort ends a call at once with its reason, and so does closing', async () => {
    await using server = await startScriptedServer(() => undefined)
    const hostler = connectHostler({ url: server.url })
    const reason = new Error('enough')
    await expect(hostler.status({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const waiting = hostler.runs.wait('r')
    await hostler[Symbol.asyncDispose]()
    await expect(waiting).rejects.toMatchObject({ code: 'usage' })
    await expect(hostler.status()).rejects.toMatchObject({ code: 'usage' })
  })

  test('wait asks on until the end, over a broken connection too', async () => {
    await using server = await startScriptedServer((seen, response) => {
      if (server.seen.length === 2) response.destroy()
      else sendJson(response, { id: 'r', endedAt: server.seen.length === 4 ? 5 : null })
      expect(seen.query.get('wait')).toBe('60')
    })
    await using hostler = connectHostler({ url: server.url })
    expect(await hostler.runs.wait('r')).toEqual({ id: 'r', endedAt: 5 })
    expect(server.seen).toHaveLength(4)
  })

  test('wait gives what there is when its time is over', async () => {
    await using server = await startScriptedServer((_, response) =>
      sendJson(response, { id: 'r', endedAt: null }),
    )
    await using hostler = connectHostler({ url: server.url })
    expect(await hostler.runs.wait('r', { timeoutMs: 120 })).toMatchObject({ endedAt: null })
  })

  test('a log is read by ranges, one past its end is empty', async () => {
    const log = Buffer.from('0123456789')
    await using server = await startScriptedServer(({ headers }, response) => {
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
      if (from === undefined) response.end(log)
      else if (Number(from) >= log.length) {
        response.writeHead(416, { 'content-range': `bytes */${log.length}` })
        response.end()
      } else {
        const end = to === '' ? log.length : Number(to) + 1
        response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${log.length}` })
        response.end(log.subarray(Number(from), end))
      }
    })
    await using hostler = connectHostler({ url: server.url })
    async function read(range: { from?: number; to?: number }): Promise<unknown> {
      const { bytes, ...part } = await hostler.runs.log('r', range)
      const chunks = []
      for await (const chunk of bytes) chunks.push(chunk)
      return [String(Buffer.concat(chunks)), part.from, part.to, part.total]
    }
    expect(await read({})).toEqual(['0123456789', 0, 10, 10])
    expect(await read({ from: 7 })).toEqual(['789', 7, 10, 10])
    expect(await read({ from: 2, to: 5 })).toEqual(['234', 2, 5, 10])
    expect(await read({ from: 10 })).toEqual(['', 10, 10, 10])
    expect(await read({ from: 4, to: 4 })).toEqual(['', 4, 4, 10])
  })

  test.each([
    [{ url: 'localhost:7717' }, 'url'],
    [{ url: 'http://me:secret@localhost' }, 'url'],
    [{ url: 'http://localhost', token: 'two words' }, 'token'],
  ])('%j is refused before anything is sent', (options, field) => {
    expect(() => connectHostler(options)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        params: expect.objectContaining({ field }),
      }),
    )
  })

  test('nothing there: says where, and what to do', async () => {
    const server = await startScriptedServer(() => undefined)
    await server[Symbol.asyncDispose]()
    await using hostler = connectHostler({ url: server.url })
    const failure = await hostler.runs.cancel('r').catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'server_unreachable',
      message: `${server.url} cannot be reached: nothing listens there`,
      cure: expect.stringContaining('hostler serve'),
    })
    expect(() => hostler.as({ actor: 'x' })).toThrow('the token that says who calls')
  })
})
