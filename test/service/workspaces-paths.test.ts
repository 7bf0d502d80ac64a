import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseGitUrl, withoutCredentials } from '../../src/service/workspaces/git-url.ts'
import { prepareWorkspace } from '../../src/service/workspaces/prepare-workspace.ts'
import { resolveWorkspace } from '../../src/service/workspaces/resolve-workspace.ts'
import { openFilesWorld } from '../support/files-world.ts'
import { addSession } from '../support/stored-sessions.ts'

describe('a path', () => {
  test('under a root, by a symlink or not', async () => {
    await using world = await openFilesWorld()
    const app = join(world.roots, 'app')
    await mkdir(app)
    await symlink(app, join(world.roots, 'current'))
    const options = { roots: [world.roots], profile: {} }
    expect(await resolveWorkspace({ path: app }, options)).toEqual({
      source: { path: app },
      lock: app,
    })
    const current = { path: join(world.roots, 'current') }
    expect(await resolveWorkspace(current, options)).toEqual({ source: current, lock: app })
    const shared = { ...options, profile: { shareWorkspace: true } }
    expect(await resolveWorkspace({ path: app }, shared)).toMatchObject({ lock: null })
    expect(await resolveWorkspace({ path: world.roots }, options)).toMatchObject({
      lock: world.roots,
    })
  })

  test.each<[string, (roots: string) => string, RegExp]>([
    ['outside', (roots) => join(roots, '..'), /not under a root/],
    ['a neighbour by its name', (roots) => `${roots}-other`, /not under a root/],
    ['with .. in it', (roots) => `${roots}/app/../..`, /not under a root/],
    ['a symlink that leads out', (roots) => join(roots, 'out'), /leads to .*, which is not under/],
    ['a file', (roots) => join(roots, 'file'), /not a folder/],
    ['nothing', (roots) => join(roots, 'none'), /there is none/],
    ['relative', () => 'app', /not absolute/],
  ])('%s is refused', async (_, pathUnder, problem) => {
    await using world = await openFilesWorld()
    await mkdir(`${world.roots}-other`)
    await mkdir(join(world.roots, 'app'))
    await writeFile(join(world.roots, 'file'), '')
    await symlink(`${world.roots}-other`, join(world.roots, 'out'))
    const path = pathUnder(world.roots)
    const resolving = resolveWorkspace({ path }, { roots: [world.roots], profile: {} })
    await expect(resolving).rejects.toMatchObject({
      code: 'workspace_not_allowed',
      params: { path },
      message: expect.stringMatching(problem),
    })
  })

  test('no roots: nothing but what the profile itself names', async () => {
    await using world = await openFilesWorld()
    const app = join(world.roots, 'app')
    await mkdir(join(app, 'inner'), { recursive: true })
    const profile = { workspace: { path: app } }
    expect(await resolveWorkspace({ path: app }, { roots: [], profile })).toMatchObject({
      lock: app,
    })
    const below = resolveWorkspace({ path: join(app, 'inner') }, { roots: [], profile })
    await expect(below).rejects.toMatchObject({ code: 'workspace_not_allowed' })
  })

  test('is looked at again before it is used', async () => {
    await using world = await openFilesWorld()
    const { context } = await world.machine('a')
    const app = join(world.roots, 'app')
    await mkdir(app)
    const session = await addSession(world.store, { workspace: JSON.stringify({ path: app }) })
    expect(await prepareWorkspace(context, session, {})).toEqual({ cwd: app, lock: app })
    await rename(app, join(world.path, 'moved'))
    await symlink(join(world.path, 'moved'), app)
    await expect(prepareWorkspace(context, session, {})).rejects.toMatchObject({
      code: 'workspace_not_allowed',
    })
  })
})

describe('a git URL', () => {
  test.each([
    'https://github.com/nodejs/node.git',
    'https://git.example.org:8443/a b'.replace(' ', '%20'),
    'ssh://git@example.org:2222/team/repo',
    'git@github.com:team/repo.git',
    'example.org:team/repo',
  ])('%s', (url) => {
    expect(parseGitUrl(url)).toEqual({ kind: 'remote', url })
  })

  test.each([
    ['--upload-pack=touch /tmp/x', /not a URL/],
    ['--upload-pack=x', /like an option/],
    ['ext::sh', /helpers are not allowed/],
    ['ext::sh -c id', /not a URL/],
    ['fd::17', /helpers are not allowed/],
    ['https://example.org/a\nb', /not a URL/],
    ['git@-oProxyCommand=x:repo', /not a URL/],
    ['ssh://-oProxyCommand=x/repo', /is not a/],
    ['ssh://-oProxyCommand=x@host/repo', /is not a user/],
    ['git@host:-x', /begins with "-"/],
    ['http://example.org/a', /"http:\/\/" is not allowed/],
    ['git://example.org/a', /"git:\/\/" is not allowed/],
    ['file://other-host/a', /no file of this machine/],
    ['relative/path', /not a URL/],
    ['', /not a URL/],
  ])('%j is refused', (url, problem) => {
    expect(() => parseGitUrl(url)).toThrow(problem)
  })

  test('a login in it is refused, and not said', () => {
    for (const url of ['https://joe:hunter2@example.org/a', 'https://hunter2@example.org/a']) {
      try {
        parseGitUrl(url)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).not.toContain('hunter2')
        expect(String(error)).toContain('login')
      }
    }
    expect(withoutCredentials('fatal: https://a:b@c.d/e failed')).toBe(
      'fatal: https://***@c.d/e failed',
    )
  })

  test.each([
    ['-b', 'branch'],
    ['a..b', 'branch'],
    ['a b', 'ref'],
    ['a@{1}', 'ref'],
    ['a.lock', 'branch'],
    ['', 'ref'],
    ['/a', 'ref'],
    ['a:b', 'branch'],
  ])('%j is no name of a branch', async (name, field) => {
    const source = { git: 'https://example.org/a', [field]: name }
    const resolving = resolveWorkspace(source, { roots: [], profile: {} })
    await expect(resolving).rejects.toMatchObject({ code: 'workspace_not_allowed' })
  })

  test('of this machine only under a root', async () => {
    await using world = await openFilesWorld()
    const options = { roots: [world.roots], profile: {} }
    for (const git of [world.roots, `file://${world.roots}`]) {
      expect(await resolveWorkspace({ git }, options)).toEqual({ source: { git }, lock: null })
    }
    for (const git of [world.path, `file://${world.path}`]) {
      await expect(resolveWorkspace({ git }, options)).rejects.toMatchObject({
        code: 'workspace_not_allowed',
      })
    }
  })
})
