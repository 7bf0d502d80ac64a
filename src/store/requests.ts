import { recordChange } from './changes.ts'
import { appendInTx } from './events/append-in-tx.ts'
import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from './page.ts'
import type { Reader } from './reader.ts'
import type { Store, Tx } from './store.ts'
import type { RequestRow } from './tables.ts'

/** A request as it is opened; `data` is JSON of the HumanRequest. Times are epoch milliseconds. */
export type NewRequest = Pick<
  RequestRow,
  | 'id'
  | 'control_id'
  | 'session_id'
  | 'run_id'
  | 'attempt_id'
  | 'agent_id'
  | 'kind'
  | 'data'
  | 'expires_at'
> &
  Partial<Pick<RequestRow, 'origin'>>

/** Which requests a list has. */
export type RequestQuery = {
  sessionId?: string | undefined
  runId?: string | undefined
  state?: RequestRow['state'] | undefined
}

/** Opens requests and tells the feed. */
export async function insertRequests(tx: Tx, requests: readonly NewRequest[]): Promise<void> {
  for (const request of requests) {
    await tx.db
      .insertInto('requests')
      .values({
        origin: 'agent',
        ...request,
        state: 'open',
        opened_at: tx.clock(),
        closed_at: null,
        answered_by: null,
        answer: null,
        delivered: 0,
      })
      .execute()
    await recordRequest(tx, { ...request, state: 'open' })
  }
}

/** The request with this id, or null. */
export async function getRequest(store: Reader, id: string): Promise<RequestRow | null> {
  const query = store.db.selectFrom('requests').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The newest request that an agent opened under its own id, or null. */
export async function findByControlId(
  store: Reader,
  agentId: string,
  controlId: string,
): Promise<RequestRow | null> {
  const row = await store.db
    .selectFrom('requests')
    .selectAll()
    .where('agent_id', '=', agentId)
    .where('control_id', '=', controlId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** A page of requests, newest first. */
export async function listRequests(
  store: Reader,
  query: RequestQuery = {},
  page: PageQuery = {},
): Promise<PageOf<RequestRow>> {
  const { sessionId, runId, state } = query
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  let list = store.db.selectFrom('requests').selectAll()
  if (sessionId !== undefined) list = list.where('session_id', '=', sessionId)
  if (runId !== undefined) list = list.where('run_id', '=', runId)
  if (state !== undefined) list = list.where('state', '=', state)
  if (after !== null) list = list.where('id', '<', after)
  const rows = await list
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}

/** What a run asks and nobody has answered, oldest first. */
export async function openRequestsOf(store: Reader, runId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('run_id', '=', runId)
    .where('state', '=', 'open')
    .orderBy('id')
    .execute()
}

/** The permissions that a session's agents ask for and nobody has answered, oldest first. */
export async function listOpenPermissions(store: Reader, sessionId: string): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', '=', 'open')
    .where('kind', '=', 'permission')
    .orderBy('id')
    .execute()
}

/** Open requests whose time is over by the database's clock, longest first. */
export async function expiredRequests(
  store: Store,
  options: { limit: number },
): Promise<RequestRow[]> {
  return await store.db
    .selectFrom('requests')
    .selectAll()
    .where('state', '=', 'open')
    .where('expires_at', '<=', store.now())
    .orderBy('expires_at')
    .limit(options.limit)
    .execute()
}

/** Ends an open request: of several who try at once, one gets `closed`. */
export async function closeRequest(
  tx: Tx,
  id: string,
  end: { state: 'answered' | 'expired' | 'withdrawn'; answer?: unknown; by: string | null },
): Promise<'closed' | 'not open'> {
  const row = await tx.db
    .updateTable('requests')
    .set({
      state: end.state,
      closed_at: tx.clock(),
      answered_by: end.by,
      answer: end.answer === undefined ? null : JSON.stringify(end.answer),
    })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return 'not open'
  const by = end.by === null ? {} : { by: end.by }
  await appendInTx(tx, row.session_id, {
    runId: row.run_id,
    // No line of the agent's log tells it: it happens here.
    events: [{ type: 'request_closed', requestId: id, how: end.state, offset: 0, ...by }],
  })
  await recordRequest(tx, row)
  return 'closed'
}

async function recordRequest(
  tx: Tx,
  request: Pick<RequestRow, 'id' | 'session_id' | 'run_id' | 'kind' | 'state'>,
): Promise<void> {
  await recordChange(tx, {
    kind: 'request',
    subjectId: request.id,
    sessionId: request.session_id,
    data: { state: request.state, kind: request.kind, runId: request.run_id },
  })
}
