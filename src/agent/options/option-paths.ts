import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { optionProblem } from './option-problem.ts'
import type { AgentOptions } from './options.ts'

/**
 * The same options with absolute paths, all of which exist. `cwd`, `dir` and `claudeBin` are seen
 * from where hostler runs, the others from the agent's `cwd`.
 * @throws HostlerError `invalid_option`
 */
export function resolveOptionPaths(options: AgentOptions): AgentOptions {
  const cwd = resolve(options.cwd)
  assertDirectory('cwd', cwd)
  const dir = resolve(options.dir)
  if (kindOf(dir) === 'other') {
    throw optionProblem('dir', `"${dir}" is not a folder`, 'name a folder, or one to be created')
  }
  const { settings, resume, additionalDirectories } = options
  return {
    ...options,
    cwd,
    dir,
    ...(options.claudeBin === undefined ? {} : { claudeBin: resolve(options.claudeBin) }),
    ...(typeof settings === 'string' ? { settings: settingsFile(resolve(cwd, settings)) } : {}),
    ...(resume === undefined ? {} : { resume: sessionOrTranscript(resume, cwd) }),
    ...(additionalDirectories === undefined
      ? {}
      : { additionalDirectories: additionalDirectories.map((path) => directory(path, cwd)) }),
  }
}

function directory(path: string, cwd: string): string {
  const absolute = resolve(cwd, path)
  assertDirectory('additionalDirectories', absolute)
  return absolute
}

function assertDirectory(field: string, path: string): void {
  const kind = kindOf(path)
  if (kind === 'directory') return
  const problem = kind === null ? 'does not exist' : 'is not a folder'
  throw optionProblem(field, `"${path}" ${problem}`, 'create it or name another one')
}

// The CLI takes bad JSON for a path, and complains of a missing file.
function settingsFile(path: string): string {
  try {
    if (
      z.record(z.string(), z.unknown()).safeParse(JSON.parse(readFileSync(path, 'utf8'))).success
    ) {
      return path
    }
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    throw optionProblem('settings', `"${path}" ${reason}`, 'name a file with a JSON object in it')
  }
  throw optionProblem(
    'settings',
    `"${path}" is not a JSON object`,
    'name a file with a JSON object',
  )
}

// The CLI also takes titles, of which there can be several, and says nothing.
function sessionOrTranscript(resume: string, cwd: string): string {
  if (z.guid().safeParse(resume).success) return resume
  if (!resume.endsWith('.jsonl')) {
    const cure = 'give a session id (a UUID), or the path of its .jsonl transcript'
    throw optionProblem('resume', `${JSON.stringify(resume)} is not a session id`, cure)
  }
  const path = resolve(cwd, resume)
  if (kindOf(path) === 'other') return path
  throw optionProblem('resume', `there is no transcript "${path}"`, 'check its path')
}

function kindOf(path: string): 'directory' | 'other' | null {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'other'
  } catch {
    return null
  }
}
