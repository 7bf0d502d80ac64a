import { getSession } from '../../store/sessions/get-session.ts'
import type { SessionRow } from '../../store/tables.ts'
import { toGitPlaces, type GitPlaces } from './git-places.ts'
import type { WorkspaceContext } from './prepare-workspace.ts'
import { readSource } from './read-source.ts'
import { fetchRecord, findRecord } from './work-record.ts'
import type { WorkState } from './work-state.ts'

/**
 * Where a fork's workspace begins: at the work of the session that it was forked from, as the store has
 * it, for its branch need not have been pushed and its worktree may be on another machine. Null: there
 * is no such work, or the fork does not begin at its branch.
 */
export async function findForkStart(
  context: WorkspaceContext,
  session: Pick<SessionRow, 'parent_id'>,
  { places, signal }: { places: GitPlaces; signal: AbortSignal | undefined },
): Promise<WorkState | null> {
  const { dataDir } = context.configuration()
  const { source } = places
  let parentId = session.parent_id
  while (parentId !== null) {
    const parent = await getSession(context.store, parentId)
    if (parent === null) return null
    const from = readSource(parent)
    if ('path' in from || from.git !== source.git) return null
    const { branch, sessionId } = toGitPlaces(dataDir, parent, from)
    if (branch === source.ref) {
      const record = await findRecord(context.store, sessionId)
      if (record === null) return null
      const options = { record, of: sessionId, signal }
      return { ...(await fetchRecord(context, places, options)), branch: places.branch }
    }
    parentId = parent.parent_id
  }
  return null
}
