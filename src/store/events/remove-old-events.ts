import { sql } from 'kysely'
import type { Store, Tx } from '../store.ts'

/** Rows looked at in one transaction: retention must not hold up those who work. */
const rowsAtOnce = 5_000

/** What is kept of a session's events. */
export type EventRetention = {
  sessionId: string
  /** Older ones go. */
  maxAgeMs?: number | undefined
  /** Of more than that the oldest go. */
  maxBytes?: number | undefined
}

/**
 * Removes old events from the beginning of a session's log, never those of a run that has not ended nor
 * what came after its first one. `first_seq` says what is left. Gives back how many went.
 */
export async function removeOldEvents(store: Store, retention: EventRetention): Promise<number> {
  let removed = 0
  for (;;) {
    const went = await store.transact((tx) => removeSome(tx, retention))
    removed += went
    if (went < rowsAtOnce) return removed
  }
}

async function removeSome(tx: Tx, retention: EventRetention): Promise<number> {
  const { sessionId, maxAgeMs, maxBytes } = retention
  const session = await tx.db
    .selectFrom('sessions')
    .select(['event_bytes'])
    .where('id', '=', sessionId)
    .executeTakeFirst()
  if (session === undefined) return 0
  const excess = maxBytes === undefined ? 0 : session.event_bytes - maxBytes
  if (excess <= 0 && maxAgeMs === undefined) return 0
  const oldest = maxAgeMs === undefined ? 0 : Date.now() - maxAgeMs
  const rows = await tx.db
    .selectFrom('events')
    .select(['seq', 'at', sql<number>`octet_length(data)`.as('bytes')])
    .where('session_id', '=', sessionId)
    .where('seq', '<', await firstOpenSeq(tx, sessionId))
    .orderBy('seq')
    .limit(rowsAtOnce)
    .execute()
  let bytes = 0
  let end = 0
  for (const row of rows) {
    if (row.at >= oldest && bytes >= excess) break
    bytes += row.bytes
    end += 1
  }
  const last = rows[end - 1]
  if (last === undefined) return 0
  await tx.db
    .deleteFrom('events')
    .where('session_id', '=', sessionId)
    .where('seq', '<=', last.seq)
    .execute()
  await tx.db
    .updateTable('sessions')
    .set((eb) => ({ first_seq: last.seq + 1, event_bytes: eb('event_bytes', '-', bytes) }))
    .where('id', '=', sessionId)
    .execute()
  return end
}

/** The seq of the first event of a run that has not ended; no event of such a run may go. */
async function firstOpenSeq(tx: Tx, sessionId: string): Promise<number> {
  const row = await tx.db
    .selectFrom('events')
    .innerJoin('runs', 'runs.id', 'events.run_id')
    .select((eb) => eb.fn.min<number | null>('events.seq').as('seq'))
    .where('events.session_id', '=', sessionId)
    .where('runs.state', 'in', ['queued', 'running', 'waiting'])
    .executeTakeFirstOrThrow()
  return row.seq ?? Number.MAX_SAFE_INTEGER
}
