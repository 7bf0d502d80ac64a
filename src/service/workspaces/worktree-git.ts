import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitContext } from './git-mirror.ts'
import type { GitPlaces } from './git-places.ts'
import { GitError, type GitOptions } from './run-git.ts'

export type WorktreeGit = GitOptions & { extraEnv: { GIT_DIR: string; GIT_WORK_TREE: string } }

/**
 * How git is run in a worktree: with its place in the clone named by us. The `.git` of the worktree is a
 * file that an agent can write which may run no command at all; led to a folder of its making, git would
 * take the programs to start (filters, ssh) from the configuration there.
 * @throws GitError when the clone has no such worktree
 */
export async function worktreeGit(
  { env }: Pick<GitContext, 'env'>,
  places: Pick<GitPlaces, 'mirror' | 'worktree'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<WorktreeGit> {
  const { mirror, worktree } = places
  const all = join(mirror, 'worktrees')
  for (const name of await readdir(all).catch(() => [])) {
    const text = await readFile(join(all, name, 'gitdir'), 'utf8').catch(() => '')
    if (text.trim() !== join(worktree, '.git')) continue
    const extraEnv = { GIT_DIR: join(all, name), GIT_WORK_TREE: worktree }
    return { cwd: worktree, env, signal, extraEnv }
  }
  throw new GitError(`${worktree} is no worktree of ${mirror}`, '')
}
