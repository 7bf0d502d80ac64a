import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectHostler } from '../../../src/client/index.ts'
import { waitForRuns } from '../../support/daemon-world.ts'
import {
  bearer,
  type GuardedDaemon,
  logLines,
  residentMb,
  sendRaw,
  startGuardedDaemon,
} from '../../support/guarded-daemon.ts'
import { ask, post } from '../../support/intake.ts'
import { waitFor } from '../../support/wait-for.ts'

describe('W6', () => {
  let guarded: GuardedDaemon
  beforeAll(async () => {
    guarded = await startGuardedDaemon()
  })
  afterAll(() => guarded[Symbol.asyncDispose]())

  test('W6: a body of 1 GB is refused at its limit, and costs no memory', async () => {
    const { daemon, port, tokens } = guarded
    const before = residentMb(daemon.pid)
    const chunk = Buffer.alloc(256 * 1024, 'x')
    let sent = 0
    const status = await new Promise<number>((resolve, reject) => {
      const sending = request(
        `${daemon.url}/v1/runs`,
        {
          method: 'POST',
          headers: { ...bearer(tokens.run), 'content-type': 'application/json' },
        },
        (response) => {
          response.resume()
          isOver = true
          resolve(response.statusCode ?? 0)
          sending.destroy()
        },
      )
      let isOver = false
      sending.on('error', (error) => {
        if (!isOver) reject(error)
      })
      const pump = (): void => {
        while (!isOver && sent < 2 ** 30) {
          sent += chunk.length
          if (!sending.write(chunk)) {
            sending.once('drain', pump)
            return
          }
        }
      }
      pump()
    })
    expect(status).toBe(413)
    expect(sent).toBeLessThan(2 ** 28)
    expect(residentMb(daemon.pid) - before).toBeLessThan(100)
    // Told ahead, it is not read at all.
    const told = await sendRaw(
      port,
      `POST /v1/runs HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${tokens.run}\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n{`,
    )
    expect(told).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('W6: 2,000 connections at once, 200 allowed: the rest is dropped, and whoever is in is served', async () => {
    const { daemon, port, tokens } = guarded
    const run = await post(daemon.url, { key: 'busy', prompt: 'hello' }, bearer(tokens.run))
    expect(run.status).toBe(202)
    const before = residentMb(daemon.pid)
    const sockets: Socket[] = []
    for (let n = 0; n < 2_000; n++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      // Unread, an end would not be seen.
      socket.resume()
      sockets.push(socket)
    }
    await Promise.all(
      sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])),
    )
    await waitFor(() => sockets.filter(({ closed }) => closed).length >= 1_800, {
      timeoutMs: 20_000,
      what: '1,800 dropped connections',
    })
    expect(sockets.filter(({ closed }) => !closed).length).toBeGreaterThan(150)
    expect(residentMb(daemon.pid) - before).toBeLessThan(100)
    // One of those that are in.
    const open = sockets.find(({ closed }) => !closed)
    let answer = ''
    open?.setEncoding('latin1').on('data', (text: string) => (answer += text))
    open?.write(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`)
    await waitFor(() => answer.startsWith('HTTP/1.1 200'))
    for (const socket of sockets) socket.destroy()
    await waitFor(async () => (await ask(`${daemon.url}/readyz`)).status === 200)
    const said = logLines(daemon).filter(({ msg }) => /too many/.test(String(msg)))
    expect(said.length).toBeGreaterThan(0)
    expect(said.length).toBeLessThan(20)
    await using hostler = connectHostler({ url: daemon.url, token: tokens.admin })
    const [ended] = await waitForRuns(hostler, [{ id: String(run.body['id']) }])
    expect(ended).toMatchObject({ outcome: 'ok' })
  })

  test('W6: heads that come a byte at a time are cut off, and block nobody meanwhile', async () => {
    const { daemon, port, tokens } = guarded
    const slow = Array.from({ length: 150 }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      socket.write('GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ')
      return socket
    })
    const dripping = setInterval(() => {
      for (const socket of slow) if (!socket.destroyed) socket.write('a')
    }, 500)
    try {
      for (let n = 0; n < 20; n++) {
        const answer = await ask(`${daemon.url}/v1/status`, { headers: bearer(tokens.read) })
        expect(answer.status).toBe(200)
      }
      await waitFor(() => slow.every(({ closed }) => closed), { timeoutMs: 40_000 })
    } finally {
      clearInterval(dripping)
      for (const socket of slow) socket.destroy()
    }
  })
})
