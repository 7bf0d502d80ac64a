import { rm, stat } from 'node:fs/promises'
import type { SessionRow } from '../../store/tables.ts'
import type { Profile } from '../contract/profile.ts'
import { findCommit } from './git-mirror.ts'
import { toGitPlaces, type GitPlaces } from './git-places.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { WorkspaceContext } from './prepare-workspace.ts'
import { readSource } from './read-source.ts'
import { GitError, runGit, type GitOptions } from './run-git.ts'
import { saveWork } from './save-work.ts'
import { readMarker } from './work-marker.ts'
import { findRecord, workRefs } from './work-record.ts'
import { readWorkState, toWorkKey } from './work-state.ts'

/**
 * Removes the git workspace of an archived session, as its profile says. One with work that is nowhere
 * else is kept, with a warning; so is any path workspace, and what git cannot remove.
 * @throws lease_lost
 */
export async function removeWorkspace(
  context: WorkspaceContext,
  session: SessionRow,
  profile: Pick<Profile, 'onArchive' | 'saveWork'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<{ isRemoved: boolean; warning: string | null }> {
  const source = readSource(session)
  if ('path' in source || profile.onArchive === 'keep') return { isRemoved: false, warning: null }
  const places = toGitPlaces(context.configuration().dataDir, session, source)
  if ((await stat(places.worktree).catch(() => null)) === null) {
    return { isRemoved: false, warning: null }
  }
  const reasons = await reasonsToKeep(context, session, { places, profile, signal })
  if (reasons.length > 0) return kept(`${places.worktree} is kept: ${reasons.join('; ')}`)
  const git = { cwd: places.mirror, env: context.env, signal }
  const { head, wip } = workRefs(session.id)
  try {
    await oneAtATime(context.store, places.mirror, {
      signal,
      work: async () => {
        await runGit(['worktree', 'remove', '--force', '--force', places.worktree], git)
        await removeBranch(places, { saved: head, git })
        for (const ref of [head, wip]) await runGit(['update-ref', '-d', ref], git)
        await rm(places.marker, { force: true })
      },
    })
    return { isRemoved: true, warning: null }
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return kept(`${places.worktree} could not be removed (${error.message})`)
  }
}

/** What of it is nowhere else; that which was not saved before is saved now. */
async function reasonsToKeep(
  context: WorkspaceContext,
  session: SessionRow,
  options: {
    places: GitPlaces
    profile: Pick<Profile, 'saveWork'>
    signal: AbortSignal | undefined
  },
): Promise<string[]> {
  const { places, profile, signal } = options
  const record = await findRecord(context.store, session.id)
  const marker = await readMarker(places.marker)
  if (record === null || record.name === marker?.generation) {
    const saved = await saveWork(context, session, profile, { signal })
    if (saved.isSaved) return []
    return saved.warnings.length === 0 ? ['it was not pushed'] : saved.warnings
  }
  // Another machine went on with the session: saving this would take the place of its work.
  const { state, problems } = await readWorkState(context.env, places, { signal })
  if (problems.length > 0) return problems
  return toWorkKey(state) === marker?.key
    ? []
    : ['another machine has gone on without what is in it']
}

/** Unless it leads to commits that were not saved: the agent may have left it for another branch. */
async function removeBranch(
  { branch }: GitPlaces,
  { saved, git }: { saved: string; git: GitOptions },
): Promise<void> {
  const name = `refs/heads/${branch}`
  const there = await findCommit(git.env, git.cwd, { name, signal: git.signal })
  if (there === null) return
  const isSavedThere = await findCommit(git.env, git.cwd, { name: saved, signal: git.signal })
  const others = isSavedThere === null ? ['--remotes=origin'] : [saved, '--remotes=origin']
  const { stdout } = await runGit(['rev-list', '--count', name, '--not', ...others], git)
  if (stdout.trim() === '0') await runGit(['update-ref', '-d', name], git)
}

function kept(warning: string): { isRemoved: boolean; warning: string } {
  return { isRemoved: false, warning }
}
