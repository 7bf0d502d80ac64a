import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { connectHostler, type Hostler } from '../../src/client/index.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** A `hostler serve` or `hostler worker` in a process of its own, to be killed. */
export type TestDaemon = AsyncDisposable & {
  readonly child: ChildProcess
  readonly pid: number
  /** Empty for a worker. */
  readonly url: string
  readonly hostler: Hostler
  /** What it has logged so far. */
  log(): string
  /** Sends a signal and waits for the end; resolves with the exit code, null for a signal's. */
  end(signal: NodeJS.Signals): Promise<number | null>
}

export type DaemonOptions = {
  dataDir: string
  configuration: Record<string, unknown>
  env: Readonly<Record<string, string>>
  kind?: 'serve' | 'worker'
  /** 0: any free one. One that is taken up again lets clients reconnect. */
  port?: number
  args?: readonly string[]
  /** What its client lets itself in with. */
  token?: string
}

/** Starts it and waits until it is ready. Rejects with its log when it ends before. */
export async function startTestDaemon(options: DaemonOptions): Promise<TestDaemon> {
  const { dataDir, configuration, env, kind = 'serve', port = 0, args = [] } = options
  const path = join(dataDir, '..', `hostler-${kind}.yaml`)
  await writeFile(path, stringify(configuration))
  const listen = kind === 'serve' ? ['--port', String(port)] : []
  const child = spawn(
    process.execPath,
    [main, kind, '--config', path, '--data-dir', dataDir, ...listen, ...args],
    { env: { ...env, PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = once(child, 'exit')
  let logged = ''
  const ready = Promise.withResolvers<string>()
  const lines = createInterface({ input: child.stdout })
  lines.once('line', (line) => ready.resolve(line))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    logged += text
    if (kind === 'worker' && /is ready/.test(logged)) ready.resolve('')
  })
  child.once('close', (code) =>
    ready.reject(new Error(`hostler ${kind} ended: ${code}\n${logged}`)),
  )
  const url = await ready.promise
  const hostler = connectHostler({
    url: url === '' ? 'http://127.0.0.1:9' : url,
    ...(options.token === undefined ? {} : { token: options.token }),
  })

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal)
      // One that is stopped takes no other signal.
      if (signal === 'SIGKILL') child.kill('SIGCONT')
      await ended
    }
    lines.close()
    return child.exitCode
  }

  return {
    child,
    pid: child.pid ?? 0,
    url,
    hostler,
    log: () => logged,
    end,
    async [Symbol.asyncDispose]() {
      await hostler[Symbol.asyncDispose]()
      await end('SIGKILL')
    },
  }
}
