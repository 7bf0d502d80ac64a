import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  startScriptedModel,
  type ScriptedModel,
  type ScriptInput,
} from '../../src/testing/index.ts'
import { isolatedEnv, newestClaude } from '../support/real-claude.ts'
import { tempDir } from '../support/temp-dir.ts'

/** The program as it is run in a checkout. */
export const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export type CliRun = {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** A workspace, a data folder and a scripted model for one test, with the real CLI. */
export type Inn = AsyncDisposable & {
  model: ScriptedModel
  dataDir: string
  workspace: string
  env: Record<string, string>
  /** Runs hostler to its end. */
  run(args: string[], options?: { stdin?: string; env?: Record<string, string> }): Promise<CliRun>
  /** Starts hostler; whoever starts it ends it. */
  start(args: string[]): StartedCli
}

export type StartedCli = {
  child: ChildProcess
  output: { stdout: string; stderr: string }
  ended: Promise<CliRun>
}

export async function openInn(script: ScriptInput = []): Promise<Inn> {
  const dir = await tempDir()
  const model = await startScriptedModel({ script })
  const dataDir = join(dir.path, 'data')
  const workspace = join(dir.path, 'ws')
  await mkdir(workspace)
  const env = {
    ...(await isolatedEnv(join(dir.path, 'home'), model.url, { maxRetries: 0 })),
    HOSTLER_DATA_DIR: dataDir,
    // Saves all but the first from stripping types.
    NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache'),
    HOSTLER_CLAUDE_BIN: newestClaude.path,
  }

  function start(
    args: string[],
    options: { stdin?: string; env?: Record<string, string> } = {},
  ): StartedCli {
    const child = spawn(process.execPath, ['--no-warnings', mainFile, ...args], {
      cwd: workspace,
      env: { ...env, ...options.env },
      stdio: 'pipe',
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.stdin ?? '')
    const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }))
    return { child, output, ended }
  }

  return {
    model,
    dataDir,
    workspace,
    env,
    start,
    run: (args, options) => start(args, options).ended,
    async [Symbol.asyncDispose]() {
      if (existsSync(dataDir)) await start(['stop', '--all']).ended
      await model.close()
      await dir[Symbol.asyncDispose]()
    },
  }
}
