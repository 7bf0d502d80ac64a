import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { oneAtATime } from './one-at-a-time.ts'
import type { WorkspaceContext } from './prepare-workspace.ts'
import { runGit } from './run-git.ts'
import { workRefs } from './work-record.ts'

/**
 * Removes what a session that was deleted has left on this machine: its worktree, and what the clones
 * have of it. What was put aside stays, as it is nowhere else.
 */
export async function removeDeletedWork(
  context: WorkspaceContext,
  sessionId: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { dataDir } = context.configuration()
  const worktree = join(dataDir, 'workspaces', sessionId)
  await rm(worktree, { recursive: true, force: true })
  await rm(`${worktree}.json`, { force: true })
  const clones = join(dataDir, 'git')
  for (const name of await readdir(clones).catch(() => [])) {
    const mirror = join(clones, name)
    const git = { cwd: mirror, env: context.env, signal }
    await oneAtATime(context.store, mirror, {
      signal,
      work: async () => {
        await runGit(['worktree', 'prune'], git)
        const { stdout } = await runGit(['for-each-ref', '--format=%(refname)'], git)
        const own = (ref: string): boolean =>
          ref === `refs/heads/hostler/${sessionId}` || ref.startsWith(`${workRefs(sessionId).all}/`)
        for (const ref of stdout.split('\n').filter(own)) {
          await runGit(['update-ref', '-d', ref], git)
        }
      },
    })
  }
}
