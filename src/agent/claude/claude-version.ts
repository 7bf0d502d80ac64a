import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { toError } from '../../util/to-error.ts'
import { hostlerError } from '../../errors.ts'

/** Older ones lack what hostler relies on: session state events, `initialize` before a prompt. */
export const oldestSupportedVersion = '2.1.197'
/** The newest version that the project's tests ran on. */
export const newestCheckedVersion = '2.1.328'

// OLD needs 92 ms; a cold disk and a loaded machine are given plenty.
const versionTimeoutMs = 20_000

/** Versions by path and time of change of the binary; kept by whoever starts agents. */
export type VersionCache = Map<string, string>

/**
 * The version that `path --version` tells, e.g. `2.1.328`.
 * @throws HostlerError `claude_unusable`
 */
export async function readClaudeVersion(
  path: string,
  options: {
    signal?: AbortSignal | undefined
    cache?: VersionCache | undefined
    env?: Readonly<Record<string, string | undefined>> | undefined
  } = {},
): Promise<string> {
  const { mtimeMs, size } = await stat(path).catch((error: unknown) => {
    throw unusable(path, toError(error).message, { cause: error })
  })
  const key = `${path}\n${mtimeMs}\n${size}`
  const known = options.cache?.get(key)
  if (known !== undefined) return known
  const output = await askVersion(path, options)
  const version = /^(\d+\.\d+\.\d+)\S* \(Claude Code\)/m.exec(output)?.[1]
  if (version === undefined) {
    throw unusable(path, `--version printed ${JSON.stringify(output.trim().slice(0, 80))}`)
  }
  options.cache?.set(key, version)
  return version
}

/**
 * What is to be said about running on `version`.
 * @throws HostlerError `claude_too_old`
 */
export function checkClaudeVersion(
  version: string,
  options: { path: string },
): { warning: string | null } {
  if (compareVersions(version, oldestSupportedVersion) < 0) {
    throw hostlerError('claude_too_old', {
      path: options.path,
      version,
      floor: oldestSupportedVersion,
    })
  }
  if (compareVersions(version, newestCheckedVersion) > 0) {
    const warning = `claude ${version} is newer than ${newestCheckedVersion}, the newest that this hostler was checked with`
    return { warning }
  }
  return { warning: null }
}

/** Negative when `left` is the older one, 0 when they are the same, positive when it is the newer. */
export function compareVersions(left: string, right: string): number {
  const [ours, theirs] = [left.split('.').map(Number), right.split('.').map(Number)]
  for (let part = 0; part < 3; part++) {
    const difference = (ours[part] ?? 0) - (theirs[part] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function askVersion(
  path: string,
  options: {
    signal?: AbortSignal | undefined
    env?: Readonly<Record<string, string | undefined>> | undefined
  },
): Promise<string> {
  const { PATH, HOME } = options.env ?? {}
  return new Promise((resolve, reject) => {
    execFile(
      path,
      ['--version'],
      {
        env: { PATH, HOME, DISABLE_AUTOUPDATER: '1' },
        timeout: versionTimeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 65_536,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else if (options.signal?.aborted === true) reject(error)
        else reject(unusable(path, explain(error, stderr), { cause: error }))
      },
    )
  })
}

function explain(error: Error & { killed?: boolean; code?: unknown }, stderr: string): string {
  if (error.killed === true) return `--version did not end within ${versionTimeoutMs} ms`
  const firstLine = stderr.trim().split('\n')[0] ?? ''
  if (firstLine !== '') return `--version failed: ${firstLine.slice(0, 200)}`
  return `--version failed: ${typeof error.code === 'number' ? `exit code ${error.code}` : String(error.code)}`
}

function unusable(path: string, problem: string, options?: ErrorOptions): Error {
  const cure =
    'install it anew: npm install -g @anthropic-ai/claude-code, or set HOSTLER_CLAUDE_BIN'
  return hostlerError('claude_unusable', { path, problem, cure }, options)
}
