import { stat } from 'node:fs/promises'
import { hostlerError } from '../../errors.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { Profile } from '../contract/profile.ts'
import type { ServiceContext } from '../context.ts'
import { toGitPlaces, type GitPlaces } from './git-places.ts'
import { readSource } from './read-source.ts'
import { GitError, runGit } from './run-git.ts'
import { readMarker, writeMarker } from './work-marker.ts'
import { findRecord, writeRecord } from './work-record.ts'
import { readWorkState, toWorkKey, type WorkState } from './work-state.ts'

export type SavedWork = {
  /** Whether another machine, or nobody at all but the store, could go on with the work as it is now. */
  isSaved: boolean
  isPushed: boolean
  /** What went wrong, or was left out. The work itself is untouched. */
  warnings: string[]
}

type SaveContext = Pick<ServiceContext, 'store' | 'configuration' | 'env' | 'log'>

const pushTimeoutMs = 10 * 60_000

/**
 * Brings what a session has made in its git workspace off this machine, as its profile says: pushed,
 * into the store, or not at all. Path workspaces are nobody's but their owner's. Trouble with git is a
 * warning, as the turn is over and its work is still here.
 * @throws lease_lost
 */
export async function saveWork(
  context: SaveContext,
  session: SessionRow,
  profile: Pick<Profile, 'saveWork'>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<SavedWork> {
  const source = readSource(session)
  if ('path' in source) return { isSaved: true, isPushed: false, warnings: [] }
  const places = toGitPlaces(context.configuration().dataDir, session, source)
  if (!(await isThere(places.worktree))) return { isSaved: true, isPushed: false, warnings: [] }
  try {
    const saved = await save(context, session, { places, profile, signal })
    for (const warning of saved.warnings) {
      context.log.warn({ sessionId: session.id, warning }, 'work was not saved as it should be')
    }
    return saved
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    const warning = `work could not be saved (${error.message}); it is in ${places.worktree}`
    context.log.warn({ sessionId: session.id, warning }, 'work was not saved as it should be')
    return { isSaved: false, isPushed: false, warnings: [warning] }
  }
}

type SaveOptions = {
  places: GitPlaces
  profile: Pick<Profile, 'saveWork'>
  signal: AbortSignal | undefined
}

async function save(
  context: SaveContext,
  session: SessionRow,
  { places, profile, signal }: SaveOptions,
): Promise<SavedWork> {
  const how = profile.saveWork ?? 'bundle'
  const { state, problems } = await readWorkState(context.env, places, { signal })
  if (how === 'none') {
    const isSaved = problems.length === 0 && (await isOnRemote(context, places, { state, signal }))
    return { isSaved, isPushed: false, warnings: [] }
  }
  const warnings = [...problems]
  const failed = how === 'push' ? await push(context, places, { state, signal }) : null
  if (failed !== null) warnings.push(failed)
  const key = toWorkKey(state)
  const marker = await readMarker(places.marker)
  const isPushed = how === 'push' && failed === null
  const known = await findRecord(context.store, session.id)
  if (marker?.key === key && known !== null && known.name === marker.generation) {
    return { isSaved: problems.length === 0, isPushed, warnings }
  }
  await assertLease(context, session)
  const written = await writeRecord(context, places, { state, fence: session.fence, signal })
  if ('tooLarge' in written) {
    warnings.push(
      `the session's commits make a bundle of ${written.tooLarge} bytes, which is too large to store: push them`,
    )
    return { isSaved: isPushed && state.wip === null, isPushed, warnings }
  }
  await writeMarker(places.marker, { generation: written.name, key })
  return { isSaved: problems.length === 0, isPushed, warnings }
}

/** What went wrong, or null. Never forced: what others pushed there stays. */
async function push(
  { env }: SaveContext,
  places: GitPlaces,
  { state, signal }: { state: WorkState; signal: AbortSignal | undefined },
): Promise<string | null> {
  const { branch, mirror } = places
  if (state.branch !== branch) {
    const where = state.branch === null ? 'on no branch' : `on ${state.branch}`
    return `the workspace is ${where} instead of ${branch}, which was not pushed; the work is bundled`
  }
  try {
    const git = { cwd: mirror, env, signal, timeoutMs: pushTimeoutMs }
    if (await isOnRemote({ env }, places, { state: { ...state, wip: null }, signal })) return null
    await runGit(['push', '--quiet', 'origin', `${state.head}:refs/heads/${branch}`], git)
    return null
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    return `${branch} could not be pushed (${error.message}); the work is bundled instead`
  }
}

/** Whether nothing is here that the remote, as far as it is known, does not have. */
async function isOnRemote(
  { env }: Pick<SaveContext, 'env'>,
  { mirror }: GitPlaces,
  { state, signal }: { state: WorkState; signal: AbortSignal | undefined },
): Promise<boolean> {
  if (state.wip !== null) return false
  const args = ['rev-list', '--count', state.head, '--not', '--remotes=origin']
  const { stdout } = await runGit(args, { cwd: mirror, env, signal })
  return stdout.trim() === '0'
}

/** What a worker stores that has lost the session would take the place of its successor's work. */
async function assertLease({ store }: SaveContext, session: SessionRow): Promise<void> {
  const now = await getSession(store, session.id)
  if (now?.fence !== session.fence) throw hostlerError('lease_lost', { id: session.id })
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null
}
