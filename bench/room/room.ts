import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findPlatformBinary } from '../../src/agent/claude/npm-claude.ts'
import type { ScriptInput } from '../../src/testing/index.ts'
import type { SessionOptions } from '../contenders/session.ts'

/** A place to measure in: an empty home, the real CLI, and a model that answers from a script. */
export type Room = AsyncDisposable & { session: SessionOptions }

/** The model runs in a process of its own, so that its work is not counted as anybody's. */
export async function openRoom(script: ScriptInput): Promise<Room> {
  const claudeBin = await findPlatformBinary(import.meta.url)
  if (claudeBin === null) throw new Error('the CLI is not installed: npm ci')
  const dir = await openDir()
  const model = fork(fileURLToPath(new URL('model.ts', import.meta.url)), [JSON.stringify(script)])
  const [url]: unknown[] = await once(model, 'message')
  const home = join(dir, 'home')
  const cwd = join(dir, 'work')
  for (const one of [home, cwd]) await mkdir(one)
  const env = { ...bareEnvironment(dir), HOME: home, ...apiEnvironment(String(url)) }
  return {
    session: { claudeBin, env, cwd, dir: join(dir, 'data') },
    async [Symbol.asyncDispose]() {
      await endChild(model)
      await removeDir(dir)
    },
  }
}

/** What every contender gives its CLI. */
export function bareEnvironment(dir: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    TMPDIR: dir,
    LANG: 'C.UTF-8',
    CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
    DISABLE_AUTOUPDATER: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }
}

export async function openDir(): Promise<string> {
  return await realpath(await mkdtemp(join(tmpdir(), 'hostler-bench-')))
}

export async function removeDir(dir: string): Promise<void> {
  // Something that is just ending may still write into it.
  await rm(dir, { recursive: true, force: true, maxRetries: 5 })
}

async function endChild(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.disconnect()
  await exited
}

function apiEnvironment(url: string): Record<string, string> {
  return { ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: 'sk-ant-dummy' }
}
