import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** How one of the fleet is started, each time again. */
export type HostlerPlace = {
  name: string
  kind: 'serve' | 'worker'
  configPath: string
  dataDir: string
  /** What it says, of all its lives. */
  logPath: string
  port: number
  env: Readonly<Record<string, string>>
}

/** One life of a hostler process. */
export type HostlerProcess = {
  readonly place: HostlerPlace
  readonly child: ChildProcess
  /** Settles when it takes work; rejects when it ends before. */
  readonly ready: Promise<void>
  /** Settles with its end. */
  readonly ended: Promise<void>
}

export function startHostlerProcess(place: HostlerPlace): HostlerProcess {
  const { kind, configPath, dataDir, port, env } = place
  const listen = kind === 'serve' ? ['--port', String(port)] : []
  const child = spawn(
    process.execPath,
    [main, kind, '--config', configPath, '--data-dir', dataDir, ...listen],
    // Apart, so that Ctrl-C is for who kills, and not for who is killed.
    { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  const log = createWriteStream(place.logPath, { flags: 'a' })
  const ready = Promise.withResolvers<void>()
  const lines = createInterface({ input: child.stderr })
  lines.on('line', (line) => {
    log.write(`${line}\n`)
    if (line.includes('is ready')) ready.resolve()
  })
  child.once('close', () => {
    log.end()
    ready.reject(new Error(`${place.name} has ended; see ${place.logPath}`))
  })
  const ended = once(child, 'close').then(() => undefined)
  // Whoever kills it does not wait for it.
  ready.promise.catch(() => undefined)
  return { place, child, ready: ready.promise, ended }
}

/** `kill -9`, and its end. */
export async function killHostlerProcess(one: HostlerProcess): Promise<void> {
  one.child.kill('SIGKILL')
  // One that is stopped takes no other signal.
  one.child.kill('SIGCONT')
  await one.ended
}

export function placeOf(
  root: string,
  name: string,
  rest: Pick<HostlerPlace, 'kind' | 'port' | 'env' | 'configPath'>,
): HostlerPlace {
  const dataDir = join(root, name, 'data')
  return { name, dataDir, logPath: join(root, name, 'log.jsonl'), ...rest }
}
