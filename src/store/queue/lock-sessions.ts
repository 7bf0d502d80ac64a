import { sql, type RawBuilder } from 'kysely'
import { hostlerError } from '../../errors.ts'
import type { Tx } from '../store.ts'
import type { SessionRow } from '../tables.ts'
import type { Lease } from './lease.ts'

/** A session whose row nobody else changes before the transaction ends, and the database's time. */
export type LockedSession = SessionRow & { now: number }

/** Locks sessions in the order of their ids, as everybody does: two that wait for each other cannot be. */
export async function lockSessions(
  tx: Tx,
  ids: readonly (string | RawBuilder<string>)[],
): Promise<Map<string, LockedSession>> {
  const rows = await tx.db
    .selectFrom('sessions')
    .selectAll()
    .select(tx.now().as('now'))
    .where('id', 'in', ids)
    .orderBy('id')
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** Locks a session. @throws not_found */
export async function lockSession(tx: Tx, id: string): Promise<LockedSession> {
  const row = (await lockSessions(tx, [id])).get(id)
  if (row !== undefined) return row
  throw hostlerError('not_found', { what: 'session', id, cure: 'it may have been deleted' })
}

/**
 * Locks a session for its lease holder, and with it that of a run's parent, which never changes.
 * @throws lease_lost for a fence of the past, and for a lease that has run out
 */
export async function lockLease(
  tx: Tx,
  lease: Lease,
  { withParentOf }: { withParentOf?: string } = {},
): Promise<LockedSession> {
  const { sessionId, fence } = lease
  const ids = [sessionId, ...(withParentOf === undefined ? [] : [parentSessionOf(withParentOf)])]
  const locked = await lockSessions(tx, ids)
  const row = locked.get(sessionId)
  if (row !== undefined && row.fence === fence && row.owner !== null) return row
  throw hostlerError('lease_lost', { id: sessionId })
}

/** The session of a run's parent, as an expression. */
function parentSessionOf(runId: string): RawBuilder<string> {
  return sql<string>`(
    select parent.session_id from runs join runs as parent on parent.id = runs.parent_run_id
    where runs.id = ${runId})`
}
