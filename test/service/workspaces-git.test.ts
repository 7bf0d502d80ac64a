import { mkdir, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { prepareWorkspace } from '../../src/service/workspaces/prepare-workspace.ts'
import { removeWorkspace } from '../../src/service/workspaces/remove-workspace.ts'
import { saveWork } from '../../src/service/workspaces/save-work.ts'
import { chunkNames } from '../../src/store/chunks/chunks.ts'
import type { SessionRow } from '../../src/store/tables.ts'
import {
  commitFile,
  git,
  makeRemote,
  openFilesWorld,
  type FilesWorld,
  type Machine,
} from '../support/files-world.ts'
import { addSession } from '../support/stored-sessions.ts'

type GitWorld = FilesWorld & { remote: { url: string; path: string; first: string }; a: Machine }

async function openGitWorld(): Promise<GitWorld> {
  const world = await openFilesWorld()
  const remote = await makeRemote(join(world.roots, 'remote.git'))
  return { ...world, remote, a: await world.machine('a') }
}

async function addGitSession(world: GitWorld, more: object = {}): Promise<SessionRow> {
  const workspace = JSON.stringify({ git: world.remote.url, ...more })
  return await addSession(world.store, { workspace })
}

async function prepare(machine: Machine, session: SessionRow): Promise<string> {
  const { cwd, lock } = await prepareWorkspace(machine.context, session, {})
  expect(lock).toBeNull()
  return cwd
}

function bundles(world: GitWorld, session: SessionRow): Promise<{ name: string; bytes: number }[]> {
  return chunkNames(world.store, { kind: 'bundle', ownerId: session.id })
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}

describe('a clone for a session', () => {
  test('is on a branch of its own, at the remote’s HEAD', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    expect(cwd).toBe(join(world.a.dataDir, 'workspaces', session.id))
    expect(await git(cwd, 'branch', '--show-current')).toBe(`hostler/${session.id}`)
    expect(await git(cwd, 'rev-parse', 'HEAD')).toBe(world.remote.first)
    expect(await git(cwd, 'status', '--porcelain')).toBe('')
    expect((await stat(join(world.a.dataDir, 'workspaces'))).mode & 0o777).toBe(0o700)
  })

  test('begins at a branch, a tag, a commit, and is on the branch that was asked for', async () => {
    await using world = await openGitWorld()
    const seed = `${world.remote.path}.seed`
    await git(seed, 'remote', 'add', 'origin', world.remote.url)
    await git(seed, 'checkout', '--quiet', '-b', 'feature/one')
    const second = await commitFile(seed, 'second', '2')
    await git(seed, 'tag', 'v1')
    const third = await commitFile(seed, 'third', '3')
    await git(seed, 'push', '--quiet', '--tags', 'origin', 'feature/one')
    const places = [
      [{ ref: 'feature/one' }, third],
      [{ ref: 'v1' }, second],
      [{ ref: second.slice(0, 10), branch: 'work/mine' }, second],
    ] as const
    for (const [more, commit] of places) {
      const cwd = await prepare(world.a, await addGitSession(world, more))
      expect(await git(cwd, 'rev-parse', 'HEAD')).toBe(commit)
    }
    const taken = await addGitSession(world, { branch: 'work/mine' })
    await expect(prepare(world.a, taken)).rejects.toMatchObject({
      code: 'workspace_failed',
      message: expect.stringContaining('work/mine'),
    })
    const unknown = await addGitSession(world, { ref: 'no-such' })
    await expect(prepare(world.a, unknown)).rejects.toThrow(/has no "no-such"/)
  })

  test('two at once share a clone, and nothing else', async () => {
    await using world = await openGitWorld()
    const sessions = await Promise.all([1, 2, 3].map(() => addGitSession(world)))
    const folders = await Promise.all(sessions.map((session) => prepare(world.a, session)))
    expect(new Set(folders).size).toBe(3)
    await commitFile(String(folders[0]), 'mine', 'x')
    expect(await git(String(folders[1]), 'log', '--oneline')).not.toContain('mine')
  })

  test('that is there stays as it is, without a look at the remote', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await writeFile(join(cwd, 'uncommitted'), 'dear')
    await rename(world.remote.path, `${world.remote.path}.away`)
    await mkdir(world.remote.path)
    expect(await prepare(world.a, session)).toBe(cwd)
    expect(await readFile(join(cwd, 'uncommitted'), 'utf8')).toBe('dear')
  })

  test('that was half made when hostler died is put aside and made anew', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await writeFile(join(cwd, 'uncommitted'), 'dear')
    await rm(`${cwd}.json`)
    await prepare(world.a, session)
    expect(await git(cwd, 'status', '--porcelain')).toBe('')
    const aside = world.a.logged.find(({ fields }) => 'putAside' in fields)?.fields['putAside']
    expect(await readFile(join(String(aside), 'uncommitted'), 'utf8')).toBe('dear')
  })

  test('that cannot be made says why, without secrets, and a cancel ends the wait', async () => {
    await using world = await openGitWorld()
    await rm(world.remote.path, { recursive: true })
    await mkdir(world.remote.path)
    const session = await addGitSession(world)
    await expect(prepare(world.a, session)).rejects.toMatchObject({
      code: 'workspace_failed',
      message: expect.stringContaining('does not appear to be a git repository'),
    })
    const signal = AbortSignal.abort(new Error('cancelled'))
    const preparing = prepareWorkspace(world.a.context, session, {}, { signal })
    await expect(preparing).rejects.toThrow('cancelled')
  })

  test('is not held up by the lock of a git that died long ago', async () => {
    await using world = await openGitWorld()
    const cwd = await prepare(world.a, await addGitSession(world))
    const clone = await git(cwd, 'rev-parse', '--path-format=absolute', '--git-common-dir')
    await git(clone, 'pack-refs', '--all')
    await git(world.remote.path, 'branch', 'gone', 'main')
    await prepare(world.a, await addGitSession(world))
    await git(clone, 'pack-refs', '--all')
    // Taking a packed branch away needs the lock.
    await git(world.remote.path, 'branch', '-D', 'gone')
    const lock = join(clone, 'packed-refs.lock')
    await writeFile(lock, '')
    const session = await addGitSession(world)
    await expect(prepare(world.a, session)).rejects.toMatchObject({ code: 'workspace_failed' })
    await utimes(lock, 0, 0)
    await prepare(world.a, session)
  })

  test('its hooks are not run by hostler', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const hooks = join(await git(cwd, 'rev-parse', '--git-common-dir'), 'hooks')
    await mkdir(hooks, { recursive: true })
    const trap = join(world.path, 'trap')
    for (const name of ['pre-push', 'post-checkout', 'reference-transaction']) {
      await writeFile(join(hooks, name), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 })
    }
    await git(cwd, '-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', '-b', 'x')
    await git(cwd, '-c', 'core.hooksPath=/dev/null', 'checkout', '--quiet', `hostler/${session.id}`)
    await git(
      cwd,
      '-c',
      'core.hooksPath=/dev/null',
      'commit',
      '--quiet',
      '--allow-empty',
      '-m',
      'x',
    )
    expect(await saveWork(world.a.context, session, { saveWork: 'push' })).toMatchObject({
      isPushed: true,
    })
    expect(await isThere(trap)).toBe(false)
  })
})

describe('a worktree whose .git the agent has led elsewhere', () => {
  test('is seen as the clone has it, and starts no program', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const trap = join(world.path, 'trap')
    await git(cwd, 'init', '--quiet', '--bare', 'own')
    await git(join(cwd, 'own'), 'config', 'filter.trap.clean', `touch ${trap}; cat`)
    await git(join(cwd, 'own'), 'config', 'core.fsmonitor', `touch ${trap}; false`)
    await writeFile(join(cwd, '.gitattributes'), '* filter=trap\n')
    await writeFile(join(cwd, 'readme'), 'changed')
    await rm(join(cwd, '.git'))
    await writeFile(join(cwd, '.git'), 'gitdir: own\n')
    expect(await saveWork(world.a.context, session, {})).toMatchObject({ isSaved: true })
    expect(await isThere(trap)).toBe(false)
    const b = await world.machine('b')
    expect(await readFile(join(await prepare(b, session), 'readme'), 'utf8')).toBe('changed')
  })
})

describe('work that was bundled', () => {
  test('on commits that the remote’s branches no longer lead to', async () => {
    await using world = await openGitWorld()
    const sessions = [await addGitSession(world), await addGitSession(world)]
    const [worked, untouched] = await Promise.all(sessions.map((one) => prepare(world.a, one)))
    const head = await commitFile(String(worked), 'file', 'x')
    for (const session of sessions) await saveWork(world.a.context, session, {})
    const seed = `${world.remote.path}.seed`
    await git(seed, 'checkout', '--quiet', '--orphan', 'other')
    await commitFile(seed, 'readme', 'another story')
    await git(seed, 'push', '--quiet', '--force', world.remote.url, 'other:main')
    const b = await world.machine('b')
    for (const [index, session] of sessions.entries()) {
      const there = await prepare(b, session)
      expect(await git(there, 'rev-parse', 'HEAD')).toBe([head, world.remote.first][index])
    }
    expect(await git(String(untouched), 'rev-parse', 'HEAD')).toBe(world.remote.first)
  })

  test('goes on elsewhere: commits, changes, new and deleted files, and nothing twice', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await commitFile(cwd, 'doomed', 'x')
    const head = await commitFile(cwd, 'committed', 'one\n')
    await writeFile(join(cwd, 'readme'), 'changed\n')
    await writeFile(join(cwd, 'new file'), 'new\n')
    await writeFile(join(cwd, 'staged'), 'staged\n')
    await git(cwd, 'add', 'staged')
    await rm(join(cwd, 'doomed'))
    const status = await git(cwd, 'status', '--porcelain')
    expect(await saveWork(world.a.context, session, {})).toEqual({
      isSaved: true,
      isPushed: false,
      warnings: [],
    })
    expect(await git(cwd, 'status', '--porcelain')).toBe(status)
    const [stored] = await bundles(world, session)
    await saveWork(world.a.context, session, {})
    expect(await bundles(world, session)).toEqual([stored])

    const b = await world.machine('b')
    const there = await prepare(b, session)
    expect(there).not.toBe(cwd)
    expect(await git(there, 'rev-parse', 'HEAD')).toBe(head)
    expect(await git(there, 'branch', '--show-current')).toBe(`hostler/${session.id}`)
    expect(await readFile(join(there, 'readme'), 'utf8')).toBe('changed\n')
    const changes = (await git(there, 'status', '--porcelain'))
      .split('\n')
      .map((line) => line.trim())
    expect(changes.toSorted()).toEqual(['?? "new file"', '?? staged', 'D doomed', 'M readme'])
    // What was restored is what is stored: nothing to save.
    await saveWork(b.context, session, {})
    expect(await bundles(world, session)).toEqual([stored])
  })

  test('comes back: the first machine goes on with what the second one made', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await writeFile(join(cwd, '.gitignore'), 'ignored\n')
    await writeFile(join(cwd, 'ignored'), 'stays')
    await writeFile(join(cwd, 'draft'), '1')
    await saveWork(world.a.context, session, {})

    const b = await world.machine('b')
    const there = await prepare(b, session)
    await rm(join(there, 'draft'))
    const head = await commitFile(there, 'of-b', 'b')
    await writeFile(join(there, 'draft-of-b'), '2')
    await saveWork(b.context, session, {})
    expect(await bundles(world, session)).toHaveLength(1)

    expect(await prepare(world.a, session)).toBe(cwd)
    expect(await git(cwd, 'rev-parse', 'HEAD')).toBe(head)
    expect(await git(cwd, 'branch', '--show-current')).toBe(`hostler/${session.id}`)
    expect(await git(cwd, 'status', '--porcelain')).toBe('?? draft-of-b')
    expect(await readFile(join(cwd, 'ignored'), 'utf8')).toBe('stays')
    expect(world.a.logged.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('and unsaved work of a machine that lost the session is put aside', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await saveWork(world.a.context, session, {})
    const b = await world.machine('b')
    const there = await prepare(b, session)
    const head = await commitFile(there, 'of-b', 'b')
    await saveWork(b.context, session, {})
    const lost = await commitFile(cwd, 'of-a', 'a')
    await writeFile(join(cwd, 'draft-of-a'), 'a')

    await prepare(world.a, session)
    expect(await git(cwd, 'rev-parse', 'HEAD')).toBe(head)
    expect(await git(cwd, 'status', '--porcelain')).toBe('')
    const aside = world.a.logged.find(({ fields }) => 'putAside' in fields)?.fields['putAside']
    expect(await readFile(join(String(aside), 'draft-of-a'), 'utf8')).toBe('a')
    expect(await git(String(aside), 'rev-parse', 'HEAD')).toBe(lost)
  })

  test('without a file that is too large, which is left alone', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const head = await commitFile(cwd, 'file', 'x')
    await writeFile(join(cwd, 'data'), '')
    await truncate(join(cwd, 'data'), 300 * 1024 * 1024)
    expect(await saveWork(world.a.context, session, {})).toMatchObject({
      isSaved: false,
      warnings: [expect.stringMatching(/314572800 bytes, more than/)],
    })
    expect(await removeWorkspace(world.a.context, session, {})).toMatchObject({ isRemoved: false })
    const b = await world.machine('b')
    const there = await prepare(b, session)
    expect(await git(there, 'rev-parse', 'HEAD')).toBe(head)
    await commitFile(there, 'of-b', 'b')
    await saveWork(b.context, session, {})
    await prepare(world.a, session)
    expect(await isThere(join(cwd, 'of-b'))).toBe(true)
    const aside = world.a.logged.find(({ fields }) => 'putAside' in fields)?.fields['putAside']
    expect((await stat(join(String(aside), 'data'))).size).toBe(300 * 1024 * 1024)
  })

  test('of a worker whose lease is gone is refused', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await commitFile(cwd, 'late', 'x')
    await world.store.transact((tx) =>
      tx.db.updateTable('sessions').set({ fence: 9 }).where('id', '=', session.id).execute(),
    )
    await expect(saveWork(world.a.context, session, {})).rejects.toMatchObject({
      code: 'lease_lost',
    })
    expect(await bundles(world, session)).toEqual([])
  })

  test('on another branch, or on none, is found there again', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await git(cwd, 'checkout', '--quiet', '-b', 'feature/agent')
    const head = await commitFile(cwd, 'file', 'x')
    await saveWork(world.a.context, session, {})
    const b = await world.machine('b')
    const there = await prepare(b, session)
    expect(await git(there, 'branch', '--show-current')).toBe('feature/agent')
    expect(await git(there, 'rev-parse', 'HEAD')).toBe(head)
    await git(there, 'checkout', '--quiet', '--detach')
    await commitFile(there, 'file', 'y')
    await saveWork(b.context, session, {})
    await prepare(world.a, session)
    expect(await git(cwd, 'branch', '--show-current')).toBe('')
    expect(await readFile(join(cwd, 'file'), 'utf8')).toBe('y')
  })
})

describe('work that is pushed', () => {
  test('is at the remote, and goes on elsewhere', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world, { branch: 'team/work' })
    const profile = { saveWork: 'push' as const }
    const cwd = await prepare(world.a, session)
    expect(await saveWork(world.a.context, session, profile)).toMatchObject({ isPushed: true })
    expect(await git(world.remote.path, 'branch', '--list', 'team/work')).toBe('')
    const head = await commitFile(cwd, 'file', 'x')
    await writeFile(join(cwd, 'draft'), '1')
    expect(await saveWork(world.a.context, session, profile)).toEqual({
      isSaved: true,
      isPushed: true,
      warnings: [],
    })
    expect(await git(world.remote.path, 'rev-parse', 'team/work')).toBe(head)
    const b = await world.machine('b')
    const there = await prepare(b, session)
    expect(await git(there, 'rev-parse', 'HEAD')).toBe(head)
    expect(await git(there, 'status', '--porcelain')).toBe('?? draft')
    // A session of its own, which the store knows nothing of, finds the branch too.
    const c = await world.machine('c')
    const other = await addGitSession(world, { branch: 'team/work' })
    expect(await git(await prepare(c, other), 'rev-parse', 'HEAD')).toBe(head)
  })

  test('but is bundled when the remote refuses', async () => {
    await using world = await openGitWorld()
    const hook = join(world.remote.path, 'hooks', 'pre-receive')
    await mkdir(join(world.remote.path, 'hooks'), { recursive: true })
    await writeFile(hook, '#!/bin/sh\necho not today >&2\nexit 1\n', { mode: 0o755 })
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const head = await commitFile(cwd, 'file', 'x')
    expect(await saveWork(world.a.context, session, { saveWork: 'push' })).toEqual({
      isSaved: true,
      isPushed: false,
      warnings: [expect.stringMatching(/could not be pushed .*not today.*bundled instead/)],
    })
    const b = await world.machine('b')
    expect(await git(await prepare(b, session), 'rev-parse', 'HEAD')).toBe(head)
  })
})

describe('what is not saved', () => {
  test('none: nothing leaves the machine', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const none = { saveWork: 'none' as const }
    expect(await saveWork(world.a.context, session, none)).toMatchObject({ isSaved: true })
    await writeFile(join(cwd, 'draft'), '1')
    expect(await saveWork(world.a.context, session, none)).toMatchObject({ isSaved: false })
    expect(await bundles(world, session)).toEqual([])
  })

  test('a repository inside of it is named', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    await git(cwd, 'init', '--quiet', 'inner')
    await commitFile(join(cwd, 'inner'), 'file', 'x')
    expect(await saveWork(world.a.context, session, {})).toMatchObject({
      isSaved: false,
      warnings: [expect.stringContaining('inner/ is a repository of its own')],
    })
  })

  test('a broken worktree is a warning', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const clone = await git(cwd, 'rev-parse', '--path-format=absolute', '--git-common-dir')
    await rm(join(clone, 'worktrees'), { recursive: true })
    expect(await saveWork(world.a.context, session, {})).toMatchObject({
      isSaved: false,
      warnings: [expect.stringContaining('could not be saved')],
    })
  })
})

describe('archived', () => {
  test('removed when the work is saved, and made again from it', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const head = await commitFile(cwd, 'file', 'x')
    expect(await removeWorkspace(world.a.context, session, {})).toEqual({
      isRemoved: true,
      warning: null,
    })
    expect(await isThere(cwd)).toBe(false)
    expect(await git(join(await prepare(world.a, session)), 'rev-parse', 'HEAD')).toBe(head)
  })

  test('kept when it is not saved, or when the profile says so', async () => {
    await using world = await openGitWorld()
    const session = await addGitSession(world)
    const cwd = await prepare(world.a, session)
    const keep = { onArchive: 'keep' as const }
    expect(await removeWorkspace(world.a.context, session, keep)).toMatchObject({
      isRemoved: false,
    })
    await commitFile(cwd, 'file', 'x')
    expect(await removeWorkspace(world.a.context, session, { saveWork: 'none' })).toEqual({
      isRemoved: false,
      warning: expect.stringContaining('not pushed'),
    })
    expect(await isThere(join(cwd, 'file'))).toBe(true)
  })

  test('a path is never removed', async () => {
    await using world = await openGitWorld()
    const path = join(world.roots, 'own')
    await mkdir(path)
    const session = await addSession(world.store, { workspace: JSON.stringify({ path }) })
    expect(await removeWorkspace(world.a.context, session, {})).toMatchObject({ isRemoved: false })
    expect(await isThere(path)).toBe(true)
  })
})
