import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mainFile, type CliRun } from './run-hostler.ts'
import {
  sendJson,
  startScriptedServer,
  type Answer,
  type ScriptedServer,
} from '../client/scripted-server.ts'

/** A server whose answers a test makes, and the command line that talks to it. */
export type DaemonCli = AsyncDisposable & {
  server: ScriptedServer
  env: Record<string, string>
  workspace: string
  run(args: string[], options?: { stdin?: string; env?: Record<string, string> }): Promise<CliRun>
  start(args: string[]): {
    child: ChildProcess
    output: { stdout: string; stderr: string }
    ended: Promise<CliRun>
  }
}

/** Routes are `GET /v1/runs/*`; what has none is `not_found`. A value is sent as JSON. */
export async function openDaemonCli(routes: Record<string, unknown>): Promise<DaemonCli> {
  const server = await startScriptedServer(async (seen, response) => {
    const found = Object.entries(routes).find(([route]) => isMatch(route, seen))
    const answer = found?.[1]
    if (answer === undefined) {
      const detail = `no such thing: ${seen.path}`
      sendJson(response, { code: 'not_found', detail, cure: 'look', params: {} }, 404)
    } else if (isAnswer(answer)) await answer(seen, response)
    else sendJson(response, answer)
  })
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: tmpdir(),
    TMPDIR: tmpdir(),
    TZ: 'UTC',
    HOSTLER_URL: server.url,
    NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache'),
  }

  function start(
    args: string[],
    options: { stdin?: string; env?: Record<string, string> } = {},
  ): ReturnType<DaemonCli['start']> {
    const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
      cwd: tmpdir(),
      env: { ...env, ...options.env },
      stdio: 'pipe',
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
    child.stdin.end(options.stdin ?? '')
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
    return { child, output, ended }
  }

  return {
    server,
    env,
    workspace: tmpdir(),
    start,
    run: (args, options) => start(args, options).ended,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function isMatch(route: string, { method, path }: { method: string; path: string }): boolean {
  const [wanted, pattern = ''] = route.split(' ')
  const parts = pattern.split('/')
  const given = path.split('/')
  if (wanted !== method || parts.length !== given.length) return false
  return parts.every((part, at) => part === '*' || part === given[at])
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'function'
}
