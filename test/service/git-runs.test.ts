import { existsSync } from 'node:fs'
import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Run } from '../../src/index.ts'
import { text, tool } from '../../src/testing/index.ts'
import { git, makeRemote } from '../support/files-world.ts'
import { type RunningService, startTestService } from '../support/running-service.ts'
import { tempDir } from '../support/temp-dir.ts'
import { waitFor } from '../support/wait-for.ts'

type GitService = RunningService & {
  remote: { url: string; path: string; first: string }
  work(key: string, profile?: string): Promise<Run>
  /** A session's folder. */
  folder(of: { sessionId: string }): string
}

const who = 'git -c user.name=T -c user.email=t@localhost'
const commit = `pwd > where; echo mine > mine; git add mine; ${who} commit -qm "Work of an agent"`

/** A service whose agents work in a clone; `work` commits there, in two sessions at once. */
async function openGitService(
  dir: { path: string },
  profile: Record<string, unknown> = {},
): Promise<GitService> {
  const remote = await makeRemote(join(dir.path, 'remote.git'))
  const world = await startTestService({
    script: {
      replies: [],
      otherwise: ({ toolResultText, lastUserText }) =>
        lastUserText.includes('work') && toolResultText === ''
          ? tool('Bash', { command: commit })
          : text('done'),
    },
    profile: { workspace: { git: remote.url }, allowedTools: ['Bash'], ...profile },
    configuration: {
      workspaces: { roots: [dir.path] },
      profiles: { keeping: { extends: 'default', onArchive: 'keep' } },
    },
  })
  return {
    ...world,
    remote,
    work: (key, named = 'default') =>
      world.hostler.runs.submit({ key, prompt: 'work', profile: named }),
    folder: ({ sessionId }) => join(world.dataDir, 'workspaces', sessionId),
  }
}

const one = (ref: string): string[] => ['rev-list', '--count', ref]

describe('a git workspace', () => {
  test('is each session’s own: two at once commit on branches of their own, and go on there', async () => {
    await using dir = await tempDir()
    await using world = await openGitService(dir)
    const { hostler, remote } = world
    const runs = [await world.work('a'), await world.work('b')]
    for (const run of runs) {
      const done = await world.ended(run)
      expect(done, world.logged.join('')).toMatchObject({ outcome: 'ok', text: 'done' })
      const cwd = world.folder(run)
      expect((await hostler.sessions.get(run.sessionId)).cwd).toBe(cwd)
      expect((await readFile(join(cwd, 'where'), 'utf8')).trim()).toBe(cwd)
      expect(await git(cwd, 'branch', '--show-current')).toBe(`hostler/${run.sessionId}`)
      expect(await git(cwd, 'log', '-1', '--format=%s')).toBe('Work of an agent')
      expect(await git(cwd, 'rev-parse', 'HEAD^')).toBe(remote.first)
      expect(await git(cwd, ...one('HEAD'))).toBe('2')
    }
    const next = await hostler.runs.submit({ key: 'a', prompt: 'work' })
    expect(await world.ended(next)).toMatchObject({ outcome: 'ok' })
    const [a, b] = runs.map((run) => world.folder(run))
    // What it would add is there: git has nothing to commit, and the branch stays.
    expect(await git(String(a), ...one('HEAD'))).toBe('2')
    expect(await git(String(b), ...one('HEAD'))).toBe('2')
    expect(await git(remote.path, 'branch', '--list', 'hostler/*')).toBe('')
  })

  test('that is archived goes, with its branch, and leaves the other’s', async () => {
    await using dir = await tempDir()
    await using world = await openGitService(dir, { saveWork: 'push' })
    const { hostler, remote } = world
    const runs = [await world.work('a'), await world.work('b')]
    for (const run of runs) expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
    const [a, b] = runs.map((run) => ({ ...run, cwd: world.folder(run) }))
    if (a === undefined || b === undefined) throw new Error('no runs')
    await hostler.sessions.archive(a.sessionId)
    await waitFor(() => !existsSync(a.cwd) && !existsSync(`${a.cwd}.json`))
    await waitFor(async () => {
      const branches = await git(b.cwd, 'branch', '--format=%(refname:short)')
      return branches === `hostler/${b.sessionId}`
    })
    expect(await git(b.cwd, 'worktree', 'list')).not.toContain(a.sessionId)
    expect(existsSync(join(b.cwd, 'mine'))).toBe(true)
    // What was made is where it was pushed to.
    expect(await git(remote.path, ...one(`hostler/${a.sessionId}`))).toBe('2')
  })

  test('that is archived stays where the profile says so', async () => {
    await using dir = await tempDir()
    await using world = await openGitService(dir)
    const { hostler } = world
    const [kept, gone] = [await world.work('a', 'keeping'), await world.work('b')]
    for (const run of [kept, gone]) expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
    await hostler.sessions.archive(kept.sessionId)
    await hostler.sessions.archive(gone.sessionId)
    await waitFor(() => !existsSync(world.folder(gone)))
    // Which waits for what is being removed.
    await world.service.stop({ agents: 'drain', drainMs: 0 })
    expect(await git(world.folder(kept), ...one('HEAD'))).toBe('2')
  })

  test('that is archived in the moment in which its run ends goes, too', async () => {
    await using dir = await tempDir()
    await using world = await openGitService(dir, { warmMs: 0 })
    const { hostler } = world
    for (const key of ['a', 'b', 'c', 'd']) {
      const run = await world.work(key)
      expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
      await hostler.sessions.archive(run.sessionId)
      await waitFor(() => !existsSync(world.folder(run)))
    }
  })

  test('that is archived stays, and is told of, when its work could not be saved', async () => {
    await using dir = await tempDir()
    await using world = await openGitService(dir)
    const { hostler } = world
    const run = await world.work('a')
    expect(await world.ended(run)).toMatchObject({ outcome: 'ok' })
    const large = join(world.folder(run), 'large')
    await writeFile(large, '')
    await truncate(large, 300 * 1024 * 1024)
    await hostler.sessions.archive(run.sessionId)
    const warning = await waitFor(() => world.logged.find((line) => line.includes('is kept:')), {
      timeoutMs: 30_000,
    })
    expect(warning).toContain(world.folder(run))
    expect(warning).toMatch(/not committed have 3145\d+ bytes/)
    expect(existsSync(large)).toBe(true)
    expect(await git(world.folder(run), 'branch', '--show-current')).toContain(run.sessionId)
  })
})
