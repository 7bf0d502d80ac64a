import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hostlerError } from '../../errors.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { Profile } from '../contract/profile.ts'
import type { ServiceContext } from '../context.ts'
import { resolveAllowedPath } from './allowed-path.ts'
import { findForkStart } from './find-fork-start.ts'
import { fetchMirror, findCommit, findStart } from './git-mirror.ts'
import { toGitPlaces, type GitPlaces } from './git-places.ts'
import { withoutCredentials } from './git-url.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { makeWorktree, putAside, updateWorktree } from './place-work.ts'
import { readSource } from './read-source.ts'
import { resolveWorkspace } from './resolve-workspace.ts'
import { workspaceFailed } from './run-git.ts'
import { readMarker, writeMarker } from './work-marker.ts'
import { fetchRecord, findRecord, readRecordHeader } from './work-record.ts'
import { readWorkState, toWorkKey, type WorkState } from './work-state.ts'

export type WorkspaceContext = Pick<ServiceContext, 'store' | 'configuration' | 'env' | 'log'>

/** The folder to work in, and what two sessions may not have running at once (null: they may). */
export type PreparedWorkspace = { cwd: string; lock: string | null }

/**
 * Sees to it that a session's folder is there, right before an agent is started in it. A path is looked
 * at again, as what it leads to may have changed since the session was made. A git workspace is cloned
 * when this machine has none, with the work that the store or the remote has of the session; one that
 * is there stays as it is, unless another machine has gone on with it.
 * @throws workspace_not_allowed, workspace_failed
 */
export async function prepareWorkspace(
  context: WorkspaceContext,
  session: SessionRow,
  profile: Pick<Profile, 'workspace' | 'shareWorkspace'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<PreparedWorkspace> {
  const source = readSource(session)
  const { dataDir, workspaces } = context.configuration()
  const options = { roots: workspaces.roots, profile }
  if ('path' in source) return await preparePath(source.path, options)
  await resolveWorkspace(source, options)
  const places = toGitPlaces(dataDir, session, source)
  const cwd = await oneAtATime(context.store, places.mirror, {
    work: () => prepareGit(context, session, { places, signal }),
    signal,
  })
  return { cwd, lock: null }
}

/** The folder of agents that are started before there is a session. @throws workspace_not_allowed */
export async function prepareSpareWorkspace(
  context: Pick<ServiceContext, 'configuration'>,
  profile: Pick<Profile, 'name' | 'workspace' | 'shareWorkspace'>,
): Promise<PreparedWorkspace> {
  const { workspace } = profile
  if (workspace !== undefined && 'path' in workspace) {
    const { roots } = context.configuration().workspaces
    return await preparePath(workspace.path, { roots, profile })
  }
  throw hostlerError('workspace_not_allowed', {
    path: `of profile ${profile.name}`,
    problem: 'spare agents need a folder that all of its sessions work in',
    cure: 'set the workspace of the profile to a path, or spare to 0',
  })
}

async function preparePath(
  path: string,
  options: { roots: string[]; profile: Pick<Profile, 'workspace' | 'shareWorkspace'> },
): Promise<PreparedWorkspace> {
  const cwd = await resolveAllowedPath(path, options)
  return { cwd, lock: options.profile.shareWorkspace === true ? null : cwd }
}

type Preparing = { places: GitPlaces; signal: AbortSignal | undefined }

async function prepareGit(
  context: WorkspaceContext,
  session: SessionRow,
  { places, signal }: Preparing,
): Promise<string> {
  await mkdir(dirname(places.worktree), { recursive: true, mode: 0o700 })
  try {
    const isThere = (await stat(places.worktree).catch(() => null)) !== null
    if (isThere) await goOn(context, session, { places, signal })
    else await begin(context, session, { places, signal })
    return places.worktree
  } catch (error) {
    const cure = `look at it with git in ${places.mirror}; the work in ${places.worktree} is untouched`
    throw workspaceFailed(places.source.git, error, cure)
  }
}

/** A worktree that is there: as it is, unless the store has newer work of another machine. */
async function goOn(
  context: WorkspaceContext,
  session: SessionRow,
  { places, signal }: Preparing,
): Promise<void> {
  const marker = await readMarker(places.marker)
  const record = await findRecord(context.store, places.sessionId)
  if (marker !== null && (record === null || record.name === marker.generation)) return
  if (marker === null) {
    // It was never finished, so no agent has worked in it; but who knows who has.
    await sayPutAside(context, places)
    return await begin(context, session, { places, signal })
  }
  if (record === null) return
  const { state: local, problems } = await readWorkState(context.env, places, { signal })
  const here = toWorkKey(local)
  const { sessionId } = places
  const stored = await readRecordHeader(context.store, { sessionId, record })
  const marked = { generation: record.name, key: toWorkKey(stored.state) }
  if (here !== marked.key) {
    // Where something could not be saved, nothing here may be replaced.
    if (here !== marker.key || problems.length > 0) {
      await sayPutAside(context, places)
      return await begin(context, session, { places, signal })
    }
    await fetchMirror(context, places, { signal })
    const state = await fetchRecord(context, places, { record, signal })
    await updateWorktree(context, places, { state, signal })
  }
  await writeMarker(places.marker, marked)
}

async function sayPutAside(context: WorkspaceContext, places: GitPlaces): Promise<void> {
  const aside = await putAside(context, places)
  const about = { sessionId: places.sessionId, putAside: aside }
  context.log.warn(about, 'this workspace is not what the store has, and was put aside')
}

/** A new worktree: with the stored work, else at the session's branch, else where it is to begin. */
async function begin(
  context: WorkspaceContext,
  session: SessionRow,
  { places, signal }: Preparing,
): Promise<void> {
  await fetchMirror(context, places, { signal })
  const record = await findRecord(context.store, places.sessionId)
  const state =
    record === null
      ? await firstState(context, session, { places, signal })
      : await fetchRecord(context, places, { record, signal })
  await makeWorktree(context, places, { state, signal })
  await writeMarker(places.marker, {
    generation: record?.name ?? null,
    key: record === null ? null : toWorkKey(state),
  })
  const url = withoutCredentials(places.source.git)
  const { head, branch } = state
  const about = { sessionId: places.sessionId, url, head, branch, isRestored: record !== null }
  context.log.info(about, 'workspace is ready')
}

async function firstState(
  context: WorkspaceContext,
  session: SessionRow,
  { places, signal }: Preparing,
): Promise<WorkState> {
  const { env } = context
  const { branch, mirror } = places
  // The clone's own comes first: it was made by this session, whose folder somebody has removed.
  for (const name of [`refs/heads/${branch}`, `refs/remotes/origin/${branch}`]) {
    const head = await findCommit(env, mirror, { name, signal })
    if (head !== null) return { head, branch, wip: null }
  }
  const forked = await findForkStart(context, session, { places, signal })
  return forked ?? { head: await findStart(env, places, { signal }), branch, wip: null }
}
