import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import { connectHostler } from '../../src/client/index.ts'
import { type DaemonWorld, openDaemonWorld } from './daemon-world.ts'
import type { TestDaemon } from './daemon.ts'
import { waitFor } from './wait-for.ts'

/** A daemon that lets nobody in without a token, and may be attacked. */
export type GuardedDaemon = AsyncDisposable & {
  world: DaemonWorld
  daemon: TestDaemon
  port: number
  tokens: Record<'admin' | 'read' | 'run', string>
}

/** Starts one that takes 200 connections, and says all in its log. */
export async function startGuardedDaemon(): Promise<GuardedDaemon> {
  const world = await openDaemonWorld({
    scenario: {},
    configuration: {
      server: { maxConnections: 200, requestsPerMinute: 100_000 },
      log: { level: 'debug' },
    },
  })
  const daemon = await world.start()
  const { url } = daemon
  const admin = await createToken(daemon, 'admin')
  await using hostler = connectHostler({ url, token: admin })
  const tokens = {
    admin,
    read: await createToken({ hostler }, 'read'),
    run: await createToken({ hostler }, 'run'),
  }
  const port = Number(new URL(url).port)
  return { world, daemon, port, tokens, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

async function createToken(
  { hostler }: Pick<TestDaemon, 'hostler'>,
  scope: 'admin' | 'read' | 'run',
): Promise<string> {
  return (await hostler.tokens.create({ label: scope, scopes: [scope] })).token
}

/** The header that shows a token. */
export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

/** The resident memory of a process. */
export function residentMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

/** What it has logged so far, line by line. */
export function logLines(daemon: TestDaemon): Record<string, unknown>[] {
  return daemon
    .log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Sends bytes as they are, and returns the head of what is answered. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk))
  socket.on('error', () => undefined)
  socket.write(text)
  await waitFor(() => answer.includes('\r\n\r\n') || socket.closed)
  socket.destroy()
  return answer
}
