import { hostlerError } from '../../errors.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/**
 * When a run is due that waits for others: never, until their ends say otherwise. The last time that
 * JavaScript knows.
 */
export const never = 8_640_000_000_000_000

/** A run that another one depends on, as it is when that is submitted. */
export type Dependency = Pick<RunRow, 'id' | 'state' | 'session_id'>

/**
 * Reads the runs that a new one depends on. None of them ends before the transaction does: whoever ends
 * one finds the new run among those that depend on it.
 * @throws not_found
 */
export async function lockDependencies(tx: Tx, ids: readonly string[]): Promise<Dependency[]> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return []
  const rows = await tx.db
    .selectFrom('runs')
    .select(['id', 'state', 'session_id'])
    .where('id', 'in', wanted)
    .orderBy('id')
    .$if(tx.dialect === 'postgres', (query) => query.forShare())
    .execute()
  const missing = wanted.find((id) => !rows.some((row) => row.id === id))
  if (missing === undefined) return rows
  const cure = 'dependsOn takes ids of runs: hostler runs lists them'
  throw hostlerError('not_found', { what: 'run', id: missing, cure })
}

/**
 * Whether what a run came to is still to be seen to: while it is open, and when it ended as its
 * dependents may not like.
 */
export function isUnsettled(
  dependency: Dependency,
  policy: RunRow['on_dependency_failure'],
): boolean {
  const { state } = dependency
  if (state === 'succeeded') return false
  return isOpenState(state) || policy !== 'run'
}

/** Notes what a run depends on. What has ended badly already is seen to right after the commit. */
export async function insertDependencies(
  tx: Tx,
  run: Pick<RunRow, 'id' | 'on_dependency_failure'>,
  dependencies: readonly Dependency[],
): Promise<void> {
  if (dependencies.length === 0) return
  const rows = dependencies.map((one) => {
    const { id, state } = one
    const isBad = !isOpenState(state) && isUnsettled(one, run.on_dependency_failure)
    return { run_id: run.id, depends_on: id, ended: isBad ? state : null }
  })
  await tx.db.insertInto('run_dependencies').values(rows).execute()
  if (rows.some(({ ended }) => ended !== null)) tx.notify({ type: 'dependencies' })
}

/**
 * Leaves word of a run's end for those that depend on it. Each of them is seen to in a transaction of
 * its own: their sessions are not locked here, and a chain of thousands ends link by link.
 */
export async function tellDependents(
  tx: Tx,
  { id, state }: { id: string; state: 'succeeded' | 'failed' | 'cancelled' },
): Promise<void> {
  const { numUpdatedRows } = await tx.db
    .updateTable('run_dependencies')
    .set({ ended: state })
    .where('depends_on', '=', id)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) tx.notify({ type: 'dependencies' })
}

function isOpenState(state: RunRow['state']): state is 'queued' | 'running' | 'waiting' {
  return state === 'queued' || state === 'running' || state === 'waiting'
}
