import { join } from 'node:path'
import type { SessionRow } from '../../store/tables.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { toMirrorName } from './git-url.ts'

export type GitSource = Extract<WorkspaceSource, { git: string }>

/** Where the things of a session's git workspace are. */
export type GitPlaces = {
  sessionId: string
  source: GitSource
  /** The session's own branch. */
  branch: string
  /** The clone without a working tree that all sessions with this URL share. */
  mirror: string
  worktree: string
  /** What this machine knows of the worktree; there as soon as the worktree is whole. */
  marker: string
  /** What temporary files begin with. */
  scratch: string
}

export function toGitPlaces(
  dataDir: string,
  session: Pick<SessionRow, 'id'>,
  source: GitSource,
): GitPlaces {
  const worktree = join(dataDir, 'workspaces', session.id)
  return {
    sessionId: session.id,
    source,
    branch: source.branch ?? `hostler/${session.id}`,
    mirror: join(dataDir, 'git', toMirrorName(source.git)),
    worktree,
    marker: `${worktree}.json`,
    scratch: `${worktree}.tmp`,
  }
}
