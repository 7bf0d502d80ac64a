import { sql } from 'kysely'
import { recordChange } from './changes.ts'
import { uuidV7 } from '../util/uuid-v7.ts'
import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from './page.ts'
import type { Reader } from './reader.ts'
import type { Store, Tx } from './store.ts'
import type { OutboxRow } from './tables.ts'

/** What is to reach somebody outside. Deliveries of one lane go out in order. */
export type NewDelivery = { channel: string; lane: string; kind: string; payload: unknown }

/** Puts a delivery on its way, in the transaction that causes it. */
export async function enqueueDelivery(tx: Tx, delivery: NewDelivery): Promise<OutboxRow> {
  const now = Date.now()
  const row = await tx.db
    .insertInto('outbox')
    .values({
      id: uuidV7(now),
      channel: delivery.channel,
      lane: delivery.lane,
      kind: delivery.kind,
      payload: JSON.stringify(delivery.payload),
      state: 'pending',
      attempts: 0,
      next_at: now,
      owner: null,
      lease_until: null,
      last_error: null,
      receipt: null,
      created_at: now,
      delivered_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  tx.notify({ type: 'outbox' })
  return row
}

/**
 * Takes deliveries that are due, for `leaseMs`: of each lane the oldest only, and none that another
 * process has.
 */
export async function claimDeliveries(
  store: Store,
  options: { owner: string; channel: string; leaseMs: number; limit: number },
): Promise<OutboxRow[]> {
  return await store.transact(async (tx) => {
    const now = store.now()
    const due = tx.db
      .selectFrom('outbox')
      .select('id')
      .where('state', '=', 'pending')
      .where('next_at', '<=', now)
      .where('channel', '=', options.channel)
      .where((eb) => eb.or([eb('lease_until', 'is', null), eb('lease_until', '<', now)]))
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('outbox as earlier')
              .select('earlier.id')
              .whereRef('earlier.lane', '=', 'outbox.lane')
              .whereRef('earlier.id', '<', 'outbox.id')
              .where('earlier.state', '=', 'pending'),
          ),
        ),
      )
      .orderBy('next_at')
      .limit(options.limit)
      .$if(store.dialect === 'postgres', (query) => query.forUpdate().skipLocked())
    const ids = (await due.execute()).map((row) => row.id)
    if (ids.length === 0) return []
    return await tx.db
      .updateTable('outbox')
      .set({ owner: options.owner, lease_until: sql<number>`${now} + ${options.leaseMs}` })
      .where('id', 'in', ids)
      .returningAll()
      .execute()
  })
}

/** How a try went: delivered, to be tried again at `nextAt` (epoch milliseconds), or given up. */
export type DeliveryEnd =
  | { state: 'delivered'; receipt?: string }
  | { state: 'pending'; nextAt: number; error: string }
  | { state: 'dead'; error: string }

/** Settles a try. `false`: its lease had passed to another process, which goes on with it. */
export async function settleDelivery(
  store: Store,
  delivery: { id: string; owner: string },
  end: DeliveryEnd,
): Promise<boolean> {
  return await store.transact(async (tx) => {
    const row = await tx.db
      .updateTable('outbox')
      .set((eb) => ({
        state: end.state,
        attempts: eb('attempts', '+', 1),
        owner: null,
        lease_until: null,
        ...(end.state === 'pending' ? { next_at: end.nextAt } : {}),
        last_error: end.state === 'delivered' ? null : end.error,
        receipt: end.state === 'delivered' ? (end.receipt ?? null) : null,
        delivered_at: end.state === 'delivered' ? Date.now() : null,
      }))
      .where('id', '=', delivery.id)
      .where('owner', '=', delivery.owner)
      .where('state', '=', 'pending')
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) return false
    if (row.state !== 'pending') await recordDelivery(tx, row)
    tx.notify({ type: 'outbox' })
    return true
  })
}

/** A page of deliveries, newest first. */
export async function listDeliveries(
  store: Reader,
  query: { state?: OutboxRow['state'] | undefined } = {},
  page: PageQuery = {},
): Promise<PageOf<OutboxRow>> {
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  let list = store.db.selectFrom('outbox').selectAll()
  if (query.state !== undefined) list = list.where('state', '=', query.state)
  if (after !== null) list = list.where('id', '<', after)
  const rows = await list
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}

/** Sends a delivery again, whatever became of it. `null`: there is none. */
export async function resendDelivery(tx: Tx, id: string): Promise<OutboxRow | null> {
  const row = await tx.db
    .updateTable('outbox')
    .set({ state: 'pending', attempts: 0, next_at: Date.now(), delivered_at: null })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return null
  await recordDelivery(tx, row)
  tx.notify({ type: 'outbox' })
  return row
}

/** When the next delivery of a channel is due (epoch milliseconds), or null when none is left. */
export async function nextDeliveryAt(store: Reader, channel: string): Promise<number | null> {
  const row = await store.db
    .selectFrom('outbox')
    .select((eb) => eb.fn.min<number | null>('next_at').as('next'))
    .where('state', '=', 'pending')
    .where('channel', '=', channel)
    .executeTakeFirstOrThrow()
  return row.next
}

async function recordDelivery(tx: Tx, row: OutboxRow): Promise<void> {
  await recordChange(tx, {
    kind: 'delivery',
    subjectId: row.id,
    sessionId: null,
    data: { state: row.state, channel: row.channel, kind: row.kind, attempts: row.attempts },
  })
}
