import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import type { Configuration } from '../../src/service/contract/configuration.ts'
import type { WorkspaceContext } from '../../src/service/workspaces/prepare-workspace.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { tempDir } from './temp-dir.ts'

const run = promisify(execFile)

/** What a machine has said in its log. */
export type Logged = { level: string; fields: Readonly<Record<string, unknown>>; message: string }

/** One of several machines on one store, with a data folder of its own. */
export type Machine = { context: WorkspaceContext; dataDir: string; logged: Logged[] }

export type FilesWorld = AsyncDisposable & {
  path: string
  store: Store
  /** Under which path workspaces and local remotes may be. */
  roots: string
  machine(name: string): Promise<Machine>
}

/** A store, and folders; machines as many as wanted. */
export async function openFilesWorld(): Promise<FilesWorld> {
  await using stack = new AsyncDisposableStack()
  const dir = stack.use(await tempDir())
  const store = stack.use(await openStore({ path: join(dir.path, 'hostler.db') }))
  const roots = join(dir.path, 'roots')
  await mkdir(roots)
  const owned = stack.move()
  return {
    path: dir.path,
    store,
    roots,
    machine: async (name) => {
      const dataDir = join(dir.path, name)
      await mkdir(dataDir)
      const env = testGitEnv(join(dir.path, name))
      const configuration = parseConfiguration(
        { workspaces: { roots: [roots] } },
        { baseDir: dir.path, env, dataDir },
      )
      const logged: Logged[] = []
      return { context: { store, ...toContext({ configuration, env, logged }) }, dataDir, logged }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function toContext(given: {
  configuration: Configuration
  env: Record<string, string>
  logged: Logged[]
}): Omit<WorkspaceContext, 'store'> {
  const { configuration, env, logged } = given
  const say =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>> | string, message = ''): void => {
      logged.push(
        typeof fields === 'string'
          ? { level, fields: {}, message: fields }
          : { level, fields, message },
      )
    }
  const log: WorkspaceContext['log'] = {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: () => log,
  }
  return { configuration: () => configuration, env, log }
}

/** git as nobody in particular, with no configuration of the machine that the tests run on. */
export function testGitEnv(home: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    TMPDIR: process.env['TMPDIR'] ?? '/tmp',
    GIT_CONFIG_NOSYSTEM: '1',
  }
}

/** What git says, run as an agent would run it. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const who = ['-c', 'user.name=Tester', '-c', 'user.email=tester@localhost']
  const env = testGitEnv('/nonexistent')
  const { stdout } = await run('git', [...who, ...args], { cwd, env })
  return stdout.trim()
}

/** Adds or replaces a file, and commits it. */
export async function commitFile(cwd: string, name: string, text: string): Promise<string> {
  await writeFile(join(cwd, name), text)
  await git(cwd, 'add', '--all')
  await git(cwd, 'commit', '--quiet', '-m', `Write ${name}`)
  return await git(cwd, 'rev-parse', 'HEAD')
}

/** A repository with one commit, as a server would have it; its URL is `file://<path>`. */
export async function makeRemote(
  path: string,
): Promise<{ url: string; path: string; first: string }> {
  const seed = `${path}.seed`
  await mkdir(seed)
  await git(seed, 'init', '--quiet', '-b', 'main')
  const first = await commitFile(seed, 'readme', 'hello\n')
  await git(seed, 'clone', '--quiet', '--bare', seed, path)
  return { url: `file://${path}`, path, first }
}
