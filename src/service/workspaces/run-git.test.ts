import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listChildren } from '../../../test/support/processes.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { GitError, runGit } from './run-git.ts'

const env = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1' }
/** git runs it below itself, so that ending git alone would leave it. */
const endless = ['-c', 'alias.endless=!sleep 1000', 'endless']

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

describe('git', () => {
  test('says what it says', async () => {
    const { stdout } = await runGit(['--version'], { cwd: '/', env })
    expect(stdout).toMatch(/^git version \d/)
  })

  test('that fails is an error with what it said', async () => {
    await using dir = await tempDir()
    const running = runGit(['rev-parse', 'HEAD'], { cwd: dir.path, env })
    await expect(running).rejects.toThrow(/^fatal: not a git repository/)
    const answered = await runGit(['rev-parse', 'HEAD'], { cwd: dir.path, env, okCodes: [128] })
    expect(answered).toMatchObject({ code: 128, stdout: '' })
  })

  test('that cannot be started is an error', async () => {
    await using dir = await tempDir()
    const running = runGit(['--version'], { cwd: join(dir.path, 'none'), env })
    await expect(running).rejects.toThrow(/could not be run/)
    const withoutPath = runGit(['--version'], { cwd: dir.path, env: { PATH: dir.path } })
    await expect(withoutPath).rejects.toThrow(GitError)
  })

  test('works where it is told to, whatever hostler was started from', async () => {
    await using dir = await tempDir()
    await runGit(['init', '--quiet'], { cwd: dir.path, env })
    const hook = { ...env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/x', GIT_CONFIG_COUNT: '1' }
    const { stdout } = await runGit(['rev-parse', '--show-toplevel'], { cwd: dir.path, env: hook })
    expect(stdout.trim()).toBe(dir.path)
  })

  test('that takes too long is ended', async () => {
    const running = runGit(endless, { cwd: '/', env, timeoutMs: 50 })
    await expect(running).rejects.toThrow('it took longer than 50 ms')
  })

  test('is ended by the signal, with all that it has started', async () => {
    const stop = new AbortController()
    const before = new Set(listChildren(process.pid).map(({ pid }) => pid))
    const running = runGit(endless, { cwd: '/', env, signal: stop.signal })
    const git = await waitFor(() => listChildren(process.pid).find(({ pid }) => !before.has(pid)))
    const below = await waitFor(() => listChildren(git.pid)[0])
    stop.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await waitFor(() => isGone(below.pid))
  })

  test('that says too much is ended', async () => {
    const args = ['-c', 'alias.much=!yes', 'much']
    const running = runGit(args, { cwd: '/', env, maxOutputBytes: 1_000 })
    await expect(running).rejects.toThrow('it said more than 1000 bytes')
  })

  test('logins in what it says are not passed on', async () => {
    await using dir = await tempDir()
    const args = ['ls-remote', 'file://joe:hunter2@/nowhere']
    const error: unknown = await runGit(args, { cwd: dir.path, env }).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(GitError)
    expect(error instanceof GitError ? error.message + error.stderr : '').not.toContain('hunter2')
  })
})
