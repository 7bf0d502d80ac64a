import { describe, expect, test } from 'vitest'
import { openConnection } from '../../src/client/connection.ts'
import { followStream } from '../../src/client/follow-stream.ts'
import { connectHostler } from '../../src/client/index.ts'
import { beginStream, sendJson, sseEvent, startScriptedServer } from './scripted-server.ts'

function event(seq: number | null): { seq: number | null; type: string } {
  return { seq, type: seq === null ? 'text_delta' : 'text' }
}

async function take(
  events: AsyncIterable<{ seq?: number | null }>,
  count: number,
): Promise<unknown[]> {
  const taken = []
  for await (const one of events) {
    taken.push(one.seq)
    if (taken.length === count) break
  }
  return taken
}

describe('event streams', () => {
  test('a stream that is cut in mid-event goes on with each event once', async () => {
    await using server = await startScriptedServer((seen, response) => {
      beginStream(response)
      const after = Number(seen.query.get('after'))
      if (server.seen.length === 1) {
        response.write(
          ': hello\n\n' + sseEvent(event(1)) + sseEvent(event(null)) + sseEvent(event(2)),
        )
        response.write(sseEvent(event(3)).slice(0, -9))
        setTimeout(() => response.destroy(), 5)
        return
      }
      expect(seen.headers['last-event-id']).toBe(String(after))
      // One that was seen already, from a server that would rather repeat than lose.
      for (let seq = after; seq <= after + 2; seq++) response.write(sseEvent(event(seq)))
      if (server.seen.length === 2) response.end()
    })
    const problems: string[] = []
    await using hostler = connectHostler({
      url: server.url,
      onReconnect: (problem) => problems.push(problem),
    })
    expect(await take(hostler.sessions.events('s'), 7)).toEqual([1, null, 2, 3, 4, 5, 6])
    expect(server.seen.map(({ query }) => query.get('after'))).toEqual(['0', '2', '4'])
    expect(problems).toHaveLength(2)
    expect(problems[0]).toContain('broke off')
  })

  test('characters that are cut into two chunks come whole', async () => {
    await using server = await startScriptedServer(async (_, response) => {
      beginStream(response)
      const bytes = Buffer.from(
        `id: 1\ndata: ${JSON.stringify({ ...event(1), text: 'größe 🐎' })}\n\n`,
      )
      for (const byte of bytes) {
        response.write(Buffer.of(byte))
        await new Promise((resolve) => setImmediate(resolve))
      }
      response.end()
    })
    await using hostler = connectHostler({ url: server.url })
    for await (const one of hostler.sessions.events('s', { until: 'now' })) {
      expect(one).toMatchObject({ seq: 1, text: 'größe 🐎' })
    }
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]?.query.get('until')).toBe('now')
  })

  test('with until now a break is gone on from, an end is the end', async () => {
    await using server = await startScriptedServer((_, response) => {
      beginStream(response)
      response.write(sseEvent(event(server.seen.length)))
      if (server.seen.length === 2) response.end()
      else setTimeout(() => response.destroy(), 5)
    })
    await using hostler = connectHostler({ url: server.url })
    expect(await take(hostler.sessions.events('s', { until: 'now' }), 99)).toEqual([1, 2])
  })

  test('an abort ends it at once, without an error, also between two connections', async () => {
    await using server = await startScriptedServer((_, response) => {
      if (server.seen.length === 1) {
        beginStream(response)
        response.write(sseEvent(event(1)))
      } else response.destroy()
    })
    const leaving = new AbortController()
    await using hostler = connectHostler({
      url: server.url,
      onReconnect: () => leaving.abort(),
    })
    const open = new AbortController()
    const seen = []
    for await (const one of hostler.sessions.events('s', { signal: open.signal })) {
      seen.push(one.seq)
      setTimeout(() => open.abort(), 5)
    }
    expect(seen).toEqual([1])
    server.seen.length = 0
    for await (const one of hostler.sessions.events('s', { signal: leaving.signal })) {
      seen.push(one.seq)
      // As if the server had died.
      leaving.abort()
    }
    expect(seen).toEqual([1, 1])
  })

  test('a refusal is thrown, at first and after a break', async () => {
    await using server = await startScriptedServer((seen, response) => {
      if (seen.path.includes('there') && server.seen.length === 1) {
        beginStream(response)
        response.end(sseEvent(event(1)))
      } else {
        const detail = 'no session "s"'
        sendJson(response, { code: 'not_found', detail, cure: 'look', params: {} }, 404)
      }
    })
    await using hostler = connectHostler({ url: server.url })
    await expect(take(hostler.sessions.events('there'), 9)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(take(hostler.sessions.events('gone'), 9)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  test('a problem in the stream is thrown, or waited out when it passes', async () => {
    await using server = await startScriptedServer((_, response) => {
      const isFirst = server.seen.length === 1
      const code = isFirst ? 'database_unavailable' : 'not_found'
      beginStream(response)
      response.write(sseEvent(event(server.seen.length)))
      const problem = JSON.stringify({ code, detail: 'it is so', cure: 'wait', params: {} })
      response.end(`event: problem\ndata: ${problem}\n\n`)
    })
    await using hostler = connectHostler({ url: server.url })
    const seen: unknown[] = []
    await expect(
      (async () => {
        for await (const one of hostler.sessions.events('s')) seen.push(one.seq)
      })(),
    ).rejects.toMatchObject({ code: 'not_found', message: 'it is so' })
    expect(seen).toEqual([1, 2])
  })

  test('a server that stops is no end of what there is', async () => {
    await using server = await startScriptedServer((_, response) => {
      beginStream(response)
      response.write(`retry: 20\n\n${sseEvent(event(server.seen.length))}`)
      response.end(server.seen.length === 1 ? 'retry: 10\n\n' : '')
    })
    await using hostler = connectHostler({ url: server.url })
    expect(await take(hostler.sessions.events('s', { until: 'now' }), 9)).toEqual([1, 2])
  })

  test('a silent connection is given up, and made anew', async () => {
    await using server = await startScriptedServer((_, response) => {
      beginStream(response)
      response.write(`id: ${server.seen.length}\ndata: ${server.seen.length}\n\n`)
    })
    const connection = openConnection({
      url: server.url,
      token: undefined,
      fetch: globalThis.fetch,
      signal: undefined,
    })
    const problems: string[] = []
    const taken = []
    const stream = followStream(connection, {
      path: '/v1/events',
      after: null,
      silenceMs: 30,
      onReconnect: (problem) => problems.push(problem),
    })
    for await (const data of stream) {
      taken.push(data)
      if (taken.length === 2) break
    }
    connection.close()
    expect(taken).toEqual([1, 2])
    expect(problems[0]).toContain('silent for 30 ms')
    expect(server.seen[1]?.headers['last-event-id']).toBe('1')
  })

  test('the feed goes on from its position, even if nothing had come yet', async () => {
    await using server = await startScriptedServer((seen, response) => {
      beginStream(response)
      if (server.seen.length === 1) {
        // Where "now" is.
        response.write('id: c7\n\n')
        response.end()
      } else {
        expect(seen.query.get('after')).toBe('c7')
        const change = { cursor: 'c8', kind: 'run', subjectId: 'r' }
        response.write(`id: c8\nevent: run\ndata: ${JSON.stringify(change)}\n\n`)
      }
    })
    await using hostler = connectHostler({ url: server.url })
    for await (const change of hostler.changes()) {
      expect(change).toMatchObject({ cursor: 'c8', subjectId: 'r' })
      break
    }
    expect(server.seen[0]?.query.has('after')).toBe(false)
  })
})
