import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hostlerError } from '../../errors.ts'
import { lastLine } from '../../util/last-line.ts'
import { toError } from '../../util/to-error.ts'
import { gitEnvironment } from './git-environment.ts'
import { withoutCredentials } from './git-url.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type GitOptions = {
  /** The folder that git works in. */
  cwd: string
  /** hostler's own environment; what git gets of it is on an allow-list. */
  env: Environment
  signal?: AbortSignal | undefined
  /** Default 120,000. */
  timeoutMs?: number
  /** Laid over the environment, such as `GIT_INDEX_FILE`. */
  extraEnv?: Record<string, string>
  /** More of its output is an error. Default 16 MiB. */
  maxOutputBytes?: number
  /** Exit codes that are an answer and no error. Default: only 0. */
  okCodes?: readonly number[]
  /** What it says of its progress, line by line. */
  onProgress?: (line: string) => void
}

export type GitOutput = { code: number; stdout: string; stderr: string }

/** Errors of git itself, with what it said. */
export class GitError extends Error {
  override readonly name = 'GitError'
  readonly stderr: string

  constructor(message: string, stderr: string) {
    super(message)
    this.stderr = stderr
  }
}

const defaultTimeoutMs = 120_000
const defaultMaxOutputBytes = 16 * 1024 * 1024
const maxStderrBytes = 64 * 1024
const killAfterMs = 2_000

/**
 * An agent can write to the configuration and the hooks of the clone that it works in: what hostler
 * runs there must not start what it finds there. Housekeeping in the background would outlive us.
 */
const ownSettings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'gc.autoDetach=false',
  'maintenance.autoDetach=false',
  'advice.detachedHead=false',
  'diff.ignoreSubmodules=dirty',
  'submodule.recurse=false',
].flatMap((setting) => ['-c', setting])

/**
 * Runs git, without a shell, in a process group of its own: what it starts (ssh, index-pack) ends with
 * it, and ssh finds no terminal to ask at.
 * @throws GitError when it fails, takes too long or says too much; the signal's reason when aborted
 */
export async function runGit(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  const { signal, timeoutMs = defaultTimeoutMs, okCodes = [0] } = options
  signal?.throwIfAborted()
  const child = spawn('git', [...ownSettings, ...args], {
    cwd: options.cwd,
    env: { ...gitEnvironment(options.env), ...options.extraEnv },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const closed = once(child, 'close')
  const stop = new AbortController()
  const timer = setTimeout(
    () => stop.abort(new Error(`it took longer than ${timeoutMs} ms`)),
    timeoutMs,
  )
  const stopped = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal])
  let hardKill: NodeJS.Timeout | undefined
  const end = (): void => {
    killGroup(child.pid, 'SIGTERM')
    hardKill = setTimeout(() => killGroup(child.pid, 'SIGKILL'), killAfterMs)
  }
  stopped.addEventListener('abort', end, { once: true })
  const output = collect(options.maxOutputBytes ?? defaultMaxOutputBytes, (error) =>
    stop.abort(error),
  )
  child.stdout.on('data', output.add)
  const said = collectTail(options.onProgress)
  child.stderr.on('data', said.add)
  try {
    const [code] = await closed
    signal?.throwIfAborted()
    const stderr = withoutCredentials(said.text())
    if (stop.signal.aborted) throw new GitError(toError(stop.signal.reason).message, stderr)
    if (typeof code !== 'number' || !okCodes.includes(code)) {
      throw new GitError(problemOf(stderr, code), stderr)
    }
    return { code, stdout: output.text(), stderr }
  } catch (error) {
    if (error instanceof GitError || signal?.aborted === true) throw error
    throw new GitError(`git could not be run (${toError(error).message})`, '')
  } finally {
    clearTimeout(timer)
    clearTimeout(hardKill)
    stopped.removeEventListener('abort', end)
  }
}

/** Only while the child has not been waited for: its group's number may be another's afterwards. */
function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}

function collect(
  maxBytes: number,
  onTooMuch: (error: Error) => void,
): { add: (chunk: Buffer) => void; text: () => string } {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    add(chunk) {
      bytes += chunk.length
      if (bytes > maxBytes) onTooMuch(new Error(`it said more than ${maxBytes} bytes`))
      else chunks.push(chunk)
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

/** What is wrong comes last: of a long stderr the end is kept. */
function collectTail(onProgress: ((line: string) => void) | undefined): {
  add: (chunk: Buffer) => void
  text: () => string
} {
  let tail = Buffer.alloc(0)
  return {
    add(chunk) {
      tail = Buffer.concat([tail, chunk]).subarray(-maxStderrBytes)
      onProgress?.(withoutCredentials(lastLine(chunk.toString('utf8').replaceAll('\r', '\n'))))
    },
    text: () => tail.toString('utf8'),
  }
}

function problemOf(stderr: string, code: unknown): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.trim() !== '')
  const telling = lines.filter((line) => /^(fatal|error|remote|ssh|Permission denied)/.test(line))
  const text = (telling.length > 0 ? telling : lines).slice(0, 3).join('; ')
  return text === '' ? `git ended with exit code ${String(code)}` : text.slice(0, 500)
}

/** The same error as one of hostler's, with what the attempt was about. */
export function workspaceFailed(what: string, error: unknown, cure: string): Error {
  if (!(error instanceof GitError)) return toError(error)
  const params = { what: withoutCredentials(what), problem: error.message, cure }
  return hostlerError('workspace_failed', params, { cause: error })
}
