import { rename } from 'node:fs/promises'
import { findCommit, type GitContext } from './git-mirror.ts'
import type { GitPlaces } from './git-places.ts'
import { GitError, runGit } from './run-git.ts'
import type { WorkState } from './work-state.ts'
import { worktreeGit } from './worktree-git.ts'

const checkoutTimeoutMs = 10 * 60_000

type Placing = { state: WorkState; signal: AbortSignal | undefined }

/** Makes a worktree with this work in it; what was not committed is not committed there either. */
export async function makeWorktree(
  { env }: GitContext,
  places: GitPlaces,
  { state, signal }: Placing,
): Promise<void> {
  const git = { cwd: places.mirror, env, signal, timeoutMs: checkoutTimeoutMs }
  // Worktrees whose folder somebody has removed still hold their branch.
  await runGit(['worktree', 'prune'], git)
  const branch = await usableBranch({ env }, places, { state, signal })
  if (branch !== null) await keepCommits({ env }, places, { state: { ...state, branch }, signal })
  const on = branch === null ? ['--detach'] : ['-B', branch]
  const args = ['worktree', 'add', '--quiet', '--no-checkout', '--no-track', ...on]
  await runGit([...args, places.worktree, state.head], git)
  await fill({ env }, places, { state, signal })
}

/** Brings a worktree, all of whose work is in the store, to what another machine has made of it. */
export async function updateWorktree(
  { env }: GitContext,
  places: GitPlaces,
  { state, signal }: Placing,
): Promise<void> {
  const git = { ...(await worktreeGit({ env }, places, { signal })), timeoutMs: checkoutTimeoutMs }
  // What is in the index and not in the new work is removed by git; what it ignores stays.
  await runGit(['add', '--all'], git)
  await runGit(['checkout', '--quiet', '--detach'], git)
  const branch = await usableBranch({ env }, places, { state, signal })
  await fill({ env }, places, { state, signal })
  await runGit(['update-ref', '--no-deref', 'HEAD', state.head], git)
  if (branch !== null) {
    await keepCommits({ env }, places, { state: { ...state, branch }, signal })
    await runGit(['update-ref', `refs/heads/${branch}`, state.head], git)
    await runGit(['symbolic-ref', 'HEAD', `refs/heads/${branch}`], git)
  }
  await runGit(['reset', '--quiet'], git)
}

/**
 * Gives a worktree another name, off its branch, so that a new one can take its place. What it is at is
 * kept by the clone, even where the worktree is broken and git can no longer move it.
 */
export async function putAside({ env }: GitContext, places: GitPlaces): Promise<string> {
  const aside = `${places.worktree}.${new Date().toISOString().replaceAll(/[:.]/g, '-')}.kept`
  const mirror = { cwd: places.mirror, env }
  try {
    const git = await worktreeGit({ env }, places)
    const { stdout } = await runGit(['rev-parse', 'HEAD'], git)
    const head = stdout.trim()
    await runGit(['update-ref', keptRef(places, head), head], mirror)
    await runGit(['update-ref', '--no-deref', 'HEAD', head], git)
    await runGit(['worktree', 'move', places.worktree, aside], mirror)
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    await rename(places.worktree, aside)
  }
  return aside
}

/** Keeps a commit that nothing else may lead to any more. */
function keptRef({ sessionId }: GitPlaces, commit: string): string {
  return `refs/hostler-kept/${sessionId}/${commit}`
}

/** Files as they were, with the uncommitted ones as changes to the commit. */
async function fill(
  { env }: Pick<GitContext, 'env'>,
  places: GitPlaces,
  { state, signal }: Placing,
): Promise<void> {
  const git = { ...(await worktreeGit({ env }, places, { signal })), timeoutMs: checkoutTimeoutMs }
  await runGit(['read-tree', '--reset', '-u', state.wip ?? state.head], git)
  if (state.wip !== null) await runGit(['reset', '--quiet'], git)
}

/**
 * The branch that the work was on, where a worktree here can be on it: all sessions of a URL share the
 * names of branches, and one that the agent chose may be another session's here. The session's own
 * branch must be; git says so where it is not.
 */
async function usableBranch(
  { env }: Pick<GitContext, 'env'>,
  places: GitPlaces,
  { state, signal }: Placing,
): Promise<string | null> {
  const { branch, head } = state
  if (branch === null || branch === places.branch) return branch
  const name = `refs/heads/${branch}`
  const there = await findCommit(env, places.mirror, { name, signal })
  if (there === null) return branch
  const git = { cwd: places.mirror, env, signal }
  const { stdout } = await runGit(['worktree', 'list', '--porcelain'], git)
  return there === head && !stdout.split('\n').includes(`branch ${name}`) ? branch : null
}

/** Commits that only the branch leads to, before the branch is moved elsewhere. */
async function keepCommits(
  { env }: Pick<GitContext, 'env'>,
  places: GitPlaces,
  { state, signal }: Placing,
): Promise<void> {
  const git = { cwd: places.mirror, env, signal }
  const name = `refs/heads/${state.branch ?? ''}`
  const there = await findCommit(env, places.mirror, { name, signal })
  if (there === null) return
  const { code } = await runGit(['merge-base', '--is-ancestor', there, state.head], {
    ...git,
    okCodes: [0, 1],
  })
  if (code === 0) return
  await runGit(['update-ref', keptRef(places, there), there], git)
}
