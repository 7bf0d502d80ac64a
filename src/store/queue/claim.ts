import { sql } from 'kysely'
import { takeLock } from '../dialects/postgres-locks.ts'
import type { Store, Tx } from '../store.ts'
import type { AgentRow, AttemptRow, RunRow, SessionRow } from '../tables.ts'
import { lockSession } from './lock-sessions.ts'
import { makeReady } from './make-ready.ts'
import { pickSessions, type Picked, type PickOptions } from './pick-sessions.ts'

/** A session that this worker has now, and what is to be done in it. */
export type Claim = {
  session: SessionRow
  /** The run under way, or the oldest that is due; its state is as it was. */
  run: RunRow
  fence: number
  /** A former holder's, which has not ended. */
  openAttempt: AttemptRow | null
  /** The session's newest that lives, as far as the store knows. */
  agent: AgentRow | null
}

export type ClaimOptions = PickOptions

/** Takes ready sessions that nobody has: each gets this owner, a lease, and a new fence. */
export async function claimSessions(store: Store, options: ClaimOptions): Promise<Claim[]> {
  if (options.limit <= 0) return []
  // Mostly there is nothing: seen without a lock, and without a transaction that writes.
  const seen = await pickSessions(store, options)
  if (seen.ids.length === 0) return []
  return await store.transact(async (tx) => {
    const claims: Claim[] = []
    for (const session of await takeSeen(tx, seen, options)) {
      const claim = await toClaim(tx, session)
      if (claim !== null) claims.push(claim)
    }
    return claims
  })
}

/** Where nothing is limited it is enough that nobody else has taken any of them meanwhile. */
async function takeSeen(tx: Tx, seen: Picked, options: ClaimOptions): Promise<SessionRow[]> {
  const taken = seen.isLimited ? [] : await take(tx, { ids: seen.ids, ...options })
  if (taken.length === seen.ids.length) return taken
  // One at a time, since no row can be locked for "as many as the limit has left".
  if (tx.dialect === 'postgres') await takeLock(tx.db, 'claim')
  return await takeAll(tx, { taken, ...options })
}

async function takeAll(
  tx: Tx,
  { taken, ...options }: ClaimOptions & { taken: SessionRow[] },
): Promise<SessionRow[]> {
  for (;;) {
    const { ids, isCut } = await pickSessions(tx, {
      ...options,
      limit: options.limit - taken.length,
    })
    const rows = ids.length === 0 ? [] : await take(tx, { ids, ...options })
    taken.push(...rows)
    if (!isCut || rows.length === 0) return taken
  }
}

async function take(
  tx: Tx,
  { ids, workerId, leaseMs }: { ids: readonly string[]; workerId: string; leaseMs: number },
): Promise<SessionRow[]> {
  const rows = await tx.db
    .updateTable('sessions')
    .set((eb) => ({
      owner: workerId,
      lease_until: sql<number>`${tx.now()} + ${sql.lit(leaseMs)}`,
      fence: eb('fence', '+', 1),
    }))
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('sessions')
        .select('id')
        .where('id', 'in', ids)
        .where('owner', 'is', null)
        .where('ready_at', '<=', tx.now())
        // Whoever has a row locked is about to tell that it is ready.
        .$if(tx.dialect === 'postgres', (query) => query.forUpdate().skipLocked()),
    )
    .returningAll()
    .execute()
  return rows.toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
}

/** Null: there is nothing to do in it, and it is given back. */
async function toClaim(tx: Tx, session: SessionRow): Promise<Claim | null> {
  const run = await findRun(tx, session.id)
  if (run === null) {
    await makeReady(tx, await lockSession(tx, session.id))
    return null
  }
  const openAttempt = run.attempt_count === 0 ? null : await findOpenAttempt(tx, run.id)
  const agent = await findAgent(tx, session.id)
  return { session, run, fence: session.fence, openAttempt, agent }
}

/** The run under way, else the oldest that is due: both asked for at once, since there is one or none of each. */
async function findRun(tx: Tx, sessionId: string): Promise<RunRow | null> {
  const ofSession = tx.db.selectFrom('runs').selectAll().where('session_id', '=', sessionId)
  const due = ofSession
    .where('state', '=', 'queued')
    .where('ready_at', '<=', tx.now())
    .orderBy('ready_at')
    .orderBy('ordinal')
    .limit(1)
  const rows = await ofSession
    .where('state', 'in', ['running', 'waiting'])
    .unionAll(tx.db.selectFrom(due.as('due')).selectAll())
    .execute()
  return rows.find(({ state }) => state !== 'queued') ?? rows[0] ?? null
}

async function findOpenAttempt(tx: Tx, runId: string): Promise<AttemptRow | null> {
  const row = await tx.db
    .selectFrom('attempts')
    .selectAll()
    .where('run_id', '=', runId)
    .where('ended_at', 'is', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

async function findAgent(tx: Tx, sessionId: string): Promise<AgentRow | null> {
  const row = await tx.db
    .selectFrom('agents')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', '=', 'live')
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}
