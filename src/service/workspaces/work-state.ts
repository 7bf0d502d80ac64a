import { copyFile, lstat, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../util/is-errno.ts'
import type { GitContext } from './git-mirror.ts'
import type { GitPlaces } from './git-places.ts'
import { runGit, type GitOptions } from './run-git.ts'
import { worktreeGit, type WorktreeGit } from './worktree-git.ts'

/** What a session has made in its worktree. */
export type WorkState = {
  /** The commit that it is at, and the branch; null when it is on none. */
  head: string
  branch: string | null
  /** A commit on top of `head` with what is not committed, new files included; null when nothing is. */
  wip: string | null
}

/** More than this in files that are not committed is somebody's data, and not work. */
const maxUncommittedBytes = 256 * 1024 * 1024

/** The same work always makes the same commit, so that nothing is stored twice. */
const wipIdentity = {
  GIT_AUTHOR_NAME: 'hostler',
  GIT_AUTHOR_EMAIL: 'hostler@localhost',
  GIT_AUTHOR_DATE: '1000000000 +0000',
  GIT_COMMITTER_NAME: 'hostler',
  GIT_COMMITTER_EMAIL: 'hostler@localhost',
  GIT_COMMITTER_DATE: '1000000000 +0000',
}

/**
 * Looks at a worktree, and makes a commit of what is not committed, without touching its index or its
 * branch. `problems` says what could not be taken along.
 */
export async function readWorkState(
  env: GitContext['env'],
  places: GitPlaces,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<{ state: WorkState; problems: string[] }> {
  const git = await worktreeGit({ env }, places, { signal })
  const head = (await runGit(['rev-parse', '--verify', 'HEAD'], git)).stdout.trim()
  const symbolic = await runGit(['symbolic-ref', '--quiet', '--short', 'HEAD'], {
    ...git,
    okCodes: [0, 1],
  })
  const branch = symbolic.code === 0 ? symbolic.stdout.trim() : null
  const { bytes, nested } = await uncommitted(git)
  const problems = nested.map((path) => `${path} is a repository of its own and is not saved`)
  if (bytes === null) return { state: { head, branch, wip: null }, problems }
  if (bytes > maxUncommittedBytes) {
    problems.push(
      `files that are not committed have ${bytes} bytes, more than ${maxUncommittedBytes}: they are not saved; commit or ignore them`,
    )
    return { state: { head, branch, wip: null }, problems }
  }
  return { state: { head, branch, wip: await makeWip(places, { head, git }) }, problems }
}

/** `bytes` is null when all is committed. */
async function uncommitted(git: GitOptions): Promise<{ bytes: number | null; nested: string[] }> {
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames']
  const { stdout } = await runGit(args, git)
  const paths = stdout.split('\0').flatMap((entry) => (entry === '' ? [] : [entry.slice(3)]))
  if (paths.length === 0) return { bytes: null, nested: [] }
  let bytes = 0
  for (const path of paths) {
    const found = await lstat(join(git.cwd, path)).catch(() => null)
    bytes += found?.isFile() === true ? found.size : 0
  }
  // With all untracked files listed, only a repository is named as a folder.
  return { bytes, nested: paths.filter((path) => path.endsWith('/')) }
}

async function makeWip(
  places: GitPlaces,
  { head, git }: { head: string; git: WorktreeGit },
): Promise<string | null> {
  const index = `${places.scratch}.index`
  const extraEnv = { ...git.extraEnv, ...wipIdentity, GIT_INDEX_FILE: index }
  try {
    await copyFile(join(git.extraEnv.GIT_DIR, 'index'), index).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error
    })
    await runGit(['add', '--all'], { ...git, extraEnv })
    const tree = (await runGit(['write-tree'], { ...git, extraEnv })).stdout.trim()
    const committed = (await runGit(['rev-parse', `${head}^{tree}`], git)).stdout.trim()
    if (tree === committed) return null
    const args = ['commit-tree', tree, '-p', head, '-m', 'Work in progress, saved by hostler']
    return (await runGit(args, { ...git, extraEnv })).stdout.trim()
  } finally {
    await rm(index, { force: true })
    await rm(`${index}.lock`, { force: true })
  }
}

/** Two states with the same key are the same work. */
export function toWorkKey({ head, branch, wip }: WorkState): string {
  return [head, branch ?? '', wip ?? ''].join(' ')
}
