import { hostlerError } from '../../errors.ts'
import { getRun } from '../../store/runs/get-run.ts'
import { lastTurnOf } from '../../store/runs/last-turn-of.ts'
import type { Tx } from '../../store/store.ts'
import type { SessionRow } from '../../store/tables.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { newForkSchema } from '../api-schema/session-schema.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { NewFork, Session, WorkspaceSource } from '../contract/session.ts'
import { change } from './change.ts'
import { findSession, findSessionToChange } from './find-session.ts'
import type { Front } from './front.ts'
import { insertNewSession } from './insert-new-session.ts'
import { keyTaken } from './key-taken.ts'
import { notFound } from './not-found.ts'
import { placeSession } from './place-session.ts'
import { readSession } from './read-sessions.ts'

/**
 * Makes a session that knows the conversation up to a run. Which one is settled now, also for "the end":
 * what the parent goes on to say must not be in a fork whose first run comes later.
 * @throws invalid_input, not_found, run_not_ended, key_taken, workspace_not_allowed
 */
export async function forkSession(
  front: Front,
  id: string,
  { input, signal }: { input: NewFork } & CallOptions,
): Promise<Session> {
  const { context, actor } = front
  const fork = parseInput(newForkSchema, input, { name: 'fork' })
  const { profile, ...found } = await findSession(context.store, id)
  const place = await placeSession(context, { profile, workspace: forkedWorkspace(found) })
  return await change(
    front,
    async (tx) => {
      const parent = await findSessionToChange(tx, id)
      const row = {
        id: uuidV7(),
        key: fork.key ?? null,
        title: fork.title ?? parent.title,
        options: parent.options,
        labels: fork.labels === undefined ? parent.labels : JSON.stringify(fork.labels),
        on_busy: parent.on_busy,
        parent_id: parent.id,
        forked_after: await branchPoint(tx, parent, fork.afterRun),
        ...place,
      }
      const added = await insertNewSession(tx, row, { actor, action: 'session.fork' })
      if (added === null) throw await keyTaken(tx, row.key)
      return await readSession(context, added, { reader: tx })
    },
    signal === undefined ? {} : { signal },
  )
}

/**
 * The newest run, up to `afterRun`, that had a turn. A fork that has none itself branches off where it
 * was to branch off; then the run is one of another session than the parent.
 */
async function branchPoint(
  tx: Tx,
  parent: SessionRow,
  afterRun: string | undefined,
): Promise<string | null> {
  if (afterRun === undefined) {
    return (await lastTurnOf(tx, { sessionId: parent.id }))?.id ?? parent.forked_after
  }
  const run = await getRun(tx, afterRun)
  if (run === null) throw notFound('run', afterRun)
  if (run.session_id !== parent.id) {
    throw hostlerError('invalid_input', {
      field: 'afterRun',
      problem: `run ${run.id} is of session ${run.session_id}`,
      cure: `give a run of session ${parent.id}, or fork the other one`,
    })
  }
  if (run.ended_at === null) throw hostlerError('run_not_ended', { id: run.id, state: run.state })
  const last = await lastTurnOf(tx, { sessionId: parent.id, upToOrdinal: run.ordinal })
  return last?.id ?? parent.forked_after
}

// A clone is the session's own. The fork goes on from where the parent's branch stands.
function forkedWorkspace(parent: Pick<SessionRow, 'id' | 'workspace' | 'cwd'>): WorkspaceSource {
  const source: WorkspaceSource = JSON.parse(parent.workspace)
  if ('path' in source) return source
  const branch = source.branch ?? `hostler/${parent.id}`
  if (parent.cwd !== null) return { git: source.git, ref: branch }
  return source.ref === undefined ? { git: source.git } : { git: source.git, ref: source.ref }
}
