import { sql } from 'kysely'
import type { StoredEvent } from '../../events/session-event.ts'
import { enqueueDelivery, type NewDelivery } from '../outbox.ts'
import { insertRequests, type NewRequest } from '../requests.ts'
import type { Store, Tx } from '../store.ts'
import type { EventRow } from '../tables.ts'
import { eventBytes, toStoredEvent } from './event-rows.ts'
import { insertEvents } from './insert-events.ts'

/** A place in an agent's `out.jsonl`: an offset, and how many events of the line there. */
export type AgentMark = { agentId: string; offset: number; atOffset: number }

/** What is stored together; the rows have no seq yet. */
export type BatchEntry = {
  sessionId: string
  fence: number
  rows: readonly EventRow[]
  agentMark: AgentMark | null
  requests: readonly NewRequest[]
  deliveries: readonly NewDelivery[]
}

/** What a batch has become, or would have if its commit is in doubt. */
export type BatchResult = {
  /** Entries whose lease is another's now. */
  lost: ReadonlySet<BatchEntry>
  rows: readonly EventRow[]
}

/**
 * Stores entries of several sessions in one transaction, in a few statements whatever their number. The
 * sessions' rows are locked in the order of their ids. `former` is what an earlier try came to whose
 * commit nobody confirmed: when its rows are there, it went in, and nothing is written again. Others
 * may have appended meanwhile, so that `last_seq` alone could not tell.
 */
export async function writeBatch(
  store: Store,
  tx: Tx,
  { entries, former }: { entries: readonly BatchEntry[]; former: BatchResult | null },
): Promise<BatchResult> {
  const sessions = await lockSessions(store, tx, [...new Set(entries.map((one) => one.sessionId))])
  if (former !== null && (await isStored(tx, former))) {
    announce(tx, former.rows)
    return former
  }
  const lost = new Set(entries.filter((one) => sessions.get(one.sessionId)?.fence !== one.fence))
  const kept = entries.filter((one) => !lost.has(one))
  const next = new Map([...sessions].map(([id, { last_seq: lastSeq }]) => [id, lastSeq + 1]))
  const rows = kept.flatMap((one) =>
    one.rows.map((row) => {
      const seq = next.get(one.sessionId) ?? 1
      next.set(one.sessionId, seq + 1)
      return { ...row, seq }
    }),
  )
  await raiseLastSeq(tx, rows)
  await insertEvents(tx.db, rows)
  await moveMarks(tx, kept)
  for (const one of kept) {
    await insertRequests(tx, one.requests)
    for (const delivery of one.deliveries) await enqueueDelivery(tx, delivery)
  }
  announce(tx, rows)
  return { lost, rows }
}

async function lockSessions(
  store: Store,
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, { fence: number; last_seq: number }>> {
  const rows = await tx.db
    .selectFrom('sessions')
    .select(['id', 'fence', 'last_seq'])
    .where('id', 'in', ids)
    .orderBy('id')
    .$if(store.dialect === 'postgres', (query) => query.forUpdate())
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** A batch goes in as a whole: one of its rows tells for all. */
async function isStored(tx: Tx, { rows: [row] }: BatchResult): Promise<boolean> {
  if (row === undefined) return false
  const found = await tx.db
    .selectFrom('events')
    .selectAll()
    .where('session_id', '=', row.session_id)
    .where('seq', '=', row.seq)
    .executeTakeFirst()
  return (
    found !== undefined &&
    found.at === row.at &&
    found.type === row.type &&
    found.run_id === row.run_id &&
    found.data === row.data
  )
}

async function raiseLastSeq(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  const raises = [...bySession(rows)].map(([id, own]) => {
    const bytes = own.reduce((sum, row) => sum + eventBytes(row), 0)
    return sql`(cast(${id} as text), cast(${own.length} as bigint), cast(${bytes} as bigint))`
  })
  if (raises.length === 0) return
  await sql`
    with raised (id, events, bytes) as (values ${sql.join(raises)})
    update sessions set
      last_seq = sessions.last_seq + raised.events,
      event_bytes = sessions.event_bytes + raised.bytes,
      updated_at = ${Date.now()}
    from raised where sessions.id = raised.id`.execute(tx.db)
}

async function moveMarks(tx: Tx, entries: readonly BatchEntry[]): Promise<void> {
  const marks = new Map(
    entries
      .map((one) => one.agentMark)
      .filter((mark) => mark !== null)
      .map((mark) => [mark.agentId, mark]),
  )
  if (marks.size === 0) return
  const moves = [...marks.values()].map(
    (mark) =>
      sql`(cast(${mark.agentId} as text), cast(${mark.offset} as bigint), cast(${mark.atOffset} as bigint))`,
  )
  await sql`
    with moved (id, place, events) as (values ${sql.join(moves)})
    update agents set events_offset = moved.place, events_at_offset = moved.events
    from moved where agents.id = moved.id`.execute(tx.db)
}

/** One message for each session, never one for each row. */
function announce(tx: Tx, rows: readonly EventRow[]): void {
  for (const [sessionId, own] of bySession(rows)) {
    const events: StoredEvent[] = own.map(toStoredEvent)
    tx.notify({ type: 'events', sessionId, seq: own.at(-1)?.seq ?? 0, events })
  }
}

function bySession(rows: readonly EventRow[]): Map<string, EventRow[]> {
  const groups = new Map<string, EventRow[]>()
  for (const row of rows) {
    const group = groups.get(row.session_id)
    if (group === undefined) groups.set(row.session_id, [row])
    else group.push(row)
  }
  return groups
}
