import { recordAudit } from '../../store/audit.ts'
import { recordChange } from '../../store/changes.ts'
import { listDeliveries, resendDelivery } from '../../store/outbox.ts'
import type { OutboxRow } from '../../store/tables.ts'
import { deliveryFilterSchema } from '../api-schema/operations-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { Hostler } from '../contract/hostler.ts'
import type { Delivery } from '../contract/operations.ts'
import { change } from './change.ts'
import type { Front } from './front.ts'
import { notFound } from './not-found.ts'
import { parsePage } from './parse-page.ts'

/** What can be done with deliveries. */
export function deliveryMethods(front: Front): Hostler['deliveries'] {
  return {
    list: async (filter = {}, page = {}) => {
      const query = parseInput(deliveryFilterSchema, filter, { name: 'filter' })
      const { items, next } = await listDeliveries(front.context.store, query, parsePage(page))
      return { items: items.map(toDelivery), next }
    },
    resend: async (id, options = {}) =>
      await change(
        front,
        async (tx) => {
          const row = await resendDelivery(tx, id)
          if (row === null) throw notFound('delivery', id)
          const about = { subjectId: row.id, sessionId: null }
          const data = { state: row.state, channel: row.channel }
          await recordChange(tx, { kind: 'delivery', ...about, data })
          const { actor } = front
          const detail = { channel: row.channel, kind: row.kind }
          await recordAudit(tx, { actor, action: 'delivery.resend', subjectId: row.id, detail })
          return toDelivery(row)
        },
        options,
      ),
  }
}

function toDelivery(row: OutboxRow): Delivery {
  return {
    id: row.id,
    channel: row.channel,
    kind: row.kind,
    state: row.state,
    attempts: row.attempts,
    nextAt: row.state === 'pending' ? row.next_at : null,
    lastError: row.last_error,
    createdAt: row.created_at,
    deliveredAt: row.delivered_at,
  }
}
