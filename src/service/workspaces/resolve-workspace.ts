import type { Profile } from '../contract/profile.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { resolveAllowedPath } from './allowed-path.ts'
import { assertRefName, parseGitUrl } from './git-url.ts'

export type ResolvedWorkspace = {
  source: WorkspaceSource
  /** What two sessions may not have running at once: a folder's real path. null: they may. */
  lock: string | null
}

/**
 * Looks whether a session may have this workspace. The path is kept as it was given: where it is a
 * symlink, it is followed, and looked at again, each time that an agent is started in it.
 * @throws workspace_not_allowed
 */
export async function resolveWorkspace(
  source: WorkspaceSource,
  options: {
    roots: readonly string[]
    profile: Pick<Profile, 'workspace' | 'shareWorkspace'>
  },
): Promise<ResolvedWorkspace> {
  if ('path' in source) {
    const real = await resolveAllowedPath(source.path, options)
    return { source, lock: options.profile.shareWorkspace === true ? null : real }
  }
  const url = parseGitUrl(source.git)
  if (source.ref !== undefined) assertRefName('ref', source.ref)
  if (source.branch !== undefined) assertRefName('branch', source.branch)
  if (url.kind === 'local') await resolveAllowedPath(url.path, options)
  // A clone is the session's own.
  return { source, lock: null }
}
