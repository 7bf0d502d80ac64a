import { hostlerError } from '../../errors.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { resolveWorkspace } from '../workspaces/resolve-workspace.ts'
import { findProfile } from '../configuration/find-profile.ts'

/** The columns that say with what, where, and by which workers a session is served. */
export type Place = Pick<SessionRow, 'profile' | 'workspace' | 'workspace_lock' | 'pool'>

/**
 * Where a session of this profile works: in what is asked for, or else in the profile's own workspace.
 * @throws not_found, invalid_input when nobody names a workspace, workspace_not_allowed
 */
export async function placeSession(
  context: ServiceContext,
  wanted: { profile: string; workspace: WorkspaceSource | undefined },
): Promise<Place> {
  const profile = findProfile(context, wanted.profile)
  const source = wanted.workspace ?? profile.workspace ?? noWorkspace(profile)
  const { roots } = context.configuration().workspaces
  const resolved = await resolveWorkspace(source, { roots, profile })
  return {
    profile: profile.name,
    workspace: JSON.stringify(resolved.source),
    workspace_lock: resolved.lock,
    pool: profile.pool ?? 'default',
  }
}

function noWorkspace(profile: Profile): never {
  throw hostlerError('invalid_input', {
    field: 'workspace',
    problem: `is missing, and profile "${profile.name}" has none`,
    cure: 'give { path } or { git }, or set the workspace of the profile',
  })
}
