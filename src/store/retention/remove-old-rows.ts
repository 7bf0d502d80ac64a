import type { Store } from '../store.ts'

/** What grows with time and is of no use later; each gives back how many rows it was. */
type Removal = (
  store: Store,
  query: { before: number },
  options: { limit: number },
) => Promise<number>

/** Deliveries that arrived. Those that did not stay, for somebody to see to them. */
export const removeDelivered: Removal = async (store, { before }, { limit }) =>
  await store.transact(async ({ db }) => {
    const old = db
      .selectFrom('outbox')
      .select('id')
      .where('state', '=', 'delivered')
      .where('delivered_at', '<', before)
      .limit(limit)
    const gone = await db.deleteFrom('outbox').where('id', 'in', old).executeTakeFirst()
    return Number(gone.numDeletedRows)
  })

/** Ids of messages from outside that have been handled. */
export const removeInbound: Removal = async (store, { before }, { limit }) =>
  await store.transact(async ({ db }) => {
    const gone = await db
      .deleteFrom('inbound')
      .where((eb) =>
        eb(
          eb.refTuple('source', 'external_id'),
          'in',
          eb
            .selectFrom('inbound')
            .select(['source', 'external_id'])
            .where('handled_at', '<', before)
            .limit(limit)
            .$asTuple('source', 'external_id'),
        ),
      )
      .executeTakeFirst()
    return Number(gone.numDeletedRows)
  })

/** Idempotency keys of runs that have ended: the same key is a new submission from then on. */
export const forgetIdempotencyKeys: Removal = async (store, { before }, { limit }) =>
  await store.transact(async ({ db }) => {
    const old = db
      .selectFrom('runs')
      .select('id')
      .where('idempotency_key', 'is not', null)
      .where('ended_at', '<', before)
      .limit(limit)
    const changed = await db
      .updateTable('runs')
      .set({ idempotency_key: null, idempotency_hash: null })
      .where('id', 'in', old)
      .executeTakeFirst()
    return Number(changed.numUpdatedRows)
  })

/** Workers that have not been heard of, and have nothing that another would have to take over. */
export const removeLostWorkers: Removal = async (store, { before }, { limit }) =>
  await store.transact(async ({ db }) => {
    const old = db
      .selectFrom('workers')
      .select('workers.id')
      .where('heartbeat_at', '<', before)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('agents')
              .select('agents.id')
              .whereRef('agents.worker_id', '=', 'workers.id')
              .where('agents.state', '=', 'live'),
          ),
        ),
      )
      .limit(limit)
    const gone = await db.deleteFrom('workers').where('id', 'in', old).executeTakeFirst()
    return Number(gone.numDeletedRows)
  })
