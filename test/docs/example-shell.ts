import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExampleWorld } from './example-world.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const execFileAsync = promisify(execFile)

/** A shell in which `hostler` is the checkout's. */
export type ExampleShell = {
  /** Runs commands to their end; resolves with what they printed. */
  run(commands: string, url: string): Promise<string>
  /** Starts commands that go on until this is disposed of. */
  start(commands: string): AsyncDisposable & { firstLine: Promise<string> }
}

/** Opens one in the world's folder. */
export async function openShell({ dir, env: given }: ExampleWorld): Promise<ExampleShell> {
  const bin = join(dir, 'bin')
  await mkdir(bin)
  const program = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${main}' "$@"\n`
  await writeFile(join(bin, 'hostler'), program, { mode: 0o755 })
  const env = { ...given, PATH: `${bin}:${given['PATH']}` }
  return {
    async run(commands, url) {
      const args = ['-eu', '-c', commands]
      const { stdout } = await execFileAsync('sh', args, {
        cwd: dir,
        env: { ...env, HOSTLER_URL: url },
      })
      return stdout
    },
    start(commands) {
      const child = spawn('sh', ['-eu', '-c', commands], {
        cwd: dir,
        env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const ended = once(child, 'exit')
      const lines = createInterface({ input: child.stdout })
      return {
        firstLine: once(lines, 'line').then(([line]) => String(line)),
        async [Symbol.asyncDispose]() {
          child.kill('SIGTERM')
          await ended
        },
      }
    },
  }
}
