import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ServiceContext } from '../context.ts'
import type { GitPlaces } from './git-places.ts'
import { withoutCredentials } from './git-url.ts'
import { GitError, runGit, workspaceFailed } from './run-git.ts'

export type GitContext = Pick<ServiceContext, 'env' | 'log'>

const fetchTimeoutMs = 30 * 60_000
const remoteCure = 'look whether the URL is right, and whether git can reach it as this user'

/**
 * Brings the shared clone up to date, making it first when there is none. The remote's branches are
 * under `refs/remotes/origin`, as in any clone: fetching touches nothing that sessions have made.
 * @throws workspace_failed
 */
export async function fetchMirror(
  { env, log }: GitContext,
  places: GitPlaces,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<void> {
  const url = withoutCredentials(places.source.git)
  const startedAt = performance.now()
  try {
    await makeMirror(env, places, signal)
    await removeDeadLocks(places.mirror)
    const git = { cwd: places.mirror, env, signal, timeoutMs: fetchTimeoutMs }
    log.info({ sessionId: places.sessionId, url }, 'fetching')
    await runGit(['fetch', '--prune', '--no-write-fetch-head', '--progress', 'origin'], {
      ...git,
      onProgress: (line) => log.debug({ sessionId: places.sessionId, url, line }, 'fetching'),
    })
    // It fails where the remote has no HEAD; then a session must say what to branch off from.
    await runGit(['remote', 'set-head', 'origin', '--auto'], { ...git, okCodes: [0, 1] })
  } catch (error) {
    throw workspaceFailed(url, error, remoteCure)
  }
  const durationMs = Math.round(performance.now() - startedAt)
  log.info({ sessionId: places.sessionId, url, durationMs }, 'fetched')
}

/** Locks of a git that was killed, or ended with the machine: it would be waited for in vain for ever. */
async function removeDeadLocks(mirror: string): Promise<void> {
  for (const name of ['config.lock', 'packed-refs.lock', 'shallow.lock']) {
    const path = join(mirror, name)
    const found = await stat(path).catch(() => null)
    if (found !== null && Date.now() - found.mtimeMs > fetchTimeoutMs)
      await rm(path, { force: true })
  }
}

/** In one step: one that was only half made would never be mended. */
async function makeMirror(
  env: GitContext['env'],
  { mirror, source }: GitPlaces,
  signal: AbortSignal | undefined,
): Promise<void> {
  if ((await stat(mirror).catch(() => null)) !== null) return
  const made = `${mirror}.${randomUUID()}.new`
  await mkdir(dirname(mirror), { recursive: true, mode: 0o700 })
  try {
    await runGit(['init', '--quiet', '--bare', made], { cwd: dirname(mirror), env, signal })
    const settings = [
      ['remote.origin.url', source.git],
      ['remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*'],
    ] as const
    for (const [name, value] of settings) {
      await runGit(['config', '--add', name, value], { cwd: made, env, signal })
    }
    await rename(made, mirror)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
}

/** The commit that a session branches off from. @throws workspace_failed */
export async function findStart(
  env: GitContext['env'],
  places: GitPlaces,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<string> {
  const { ref } = places.source
  const candidates =
    ref === undefined
      ? ['refs/remotes/origin/HEAD']
      : [`refs/remotes/origin/${ref}`, `refs/tags/${ref}`, ...(isCommitId(ref) ? [ref] : [])]
  for (const candidate of candidates) {
    const commit = await findCommit(env, places.mirror, { name: candidate, signal })
    if (commit !== null) return commit
  }
  if (ref !== undefined && isCommitId(ref)) {
    await fetchCommits({ env }, places, { commits: [ref], signal })
    const commit = await findCommit(env, places.mirror, { name: ref, signal })
    if (commit !== null) return commit
  }
  throw workspaceFailed(
    places.source.git,
    new GitError(ref === undefined ? 'the remote names no HEAD' : `it has no "${ref}"`, ''),
    'give the name of a branch, of a tag, or a commit that is there as ref',
  )
}

/**
 * Brings commits that no branch of the remote leads to: many servers give them when asked by their names.
 * @throws workspace_failed
 */
export async function fetchCommits(
  { env }: Pick<GitContext, 'env'>,
  { mirror, source }: GitPlaces,
  { commits, signal }: { commits: readonly string[]; signal?: AbortSignal | undefined },
): Promise<void> {
  const git = { cwd: mirror, env, signal, timeoutMs: fetchTimeoutMs }
  try {
    await runGit(['fetch', '--no-write-fetch-head', '--quiet', 'origin', ...commits], git)
  } catch (error) {
    const what = `${source.git} at ${commits.join(', ')}`
    throw workspaceFailed(what, error, 'bring the commit back to a branch of the remote')
  }
}

/** The commit that a name stands for, or null. */
export async function findCommit(
  env: GitContext['env'],
  cwd: string,
  { name, signal }: { name: string; signal?: AbortSignal | undefined },
): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  const { code, stdout } = await runGit(args, { cwd, env, signal, okCodes: [0, 1, 128] })
  return code === 0 ? stdout.trim() : null
}

function isCommitId(ref: string): boolean {
  return /^[0-9a-f]{7,64}$/.test(ref)
}
