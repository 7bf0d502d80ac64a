import type { Log } from '../../log.ts'
import { claimDeliveries, nextDeliveryAt, settleDelivery } from '../../store/outbox.ts'
import type { Store } from '../../store/store.ts'
import type { OutboxRow } from '../../store/tables.ts'
import { toError } from '../../util/to-error.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { lookAgain } from '../look-again.ts'
import type { Webhook } from '../contract/configuration.ts'
import { postWebhook, type Fetch, type PostResult } from './post-webhook.ts'
import { retryDelayMs, webhookRetriesMs } from './retry-delay.ts'
import { webhookChannel } from './webhook-deliveries.ts'

export type WebhooksOptions = {
  /** As they are configured now. */
  webhooks: () => readonly Webhook[]
  log: Log
  fetch?: Fetch
  /** How long an endpoint may take. Default 15,000. */
  timeoutMs?: number
  /** Waits after failed tries. Default {@link webhookRetriesMs}. */
  retriesMs?: readonly number[]
  random?: () => number
}

/** Tries at a time for one webhook: an endpoint that hangs holds up only itself. */
const triesAtOnce = 4
/** A try ends long before its lease. */
const leaseBeyondTimeoutMs = 45_000
/** The longest time without a look: notices can be missed. */
const maxIdleMs = 15_000
/** The shortest one: what is due may be in another process's hands. */
const minIdleMs = 500

/**
 * Sends what is in the outbox for webhooks, and again until it is taken or there is no more hope. Any
 * number of processes may do it: each row is leased to one of them.
 */
export function startWebhooks(store: Store, options: WebhooksOptions): AsyncDisposable {
  const { log, timeoutMs = 15_000, retriesMs = webhookRetriesMs, random = Math.random } = options
  const owner = uuidV7()
  const closing = new AbortController()
  const tries = new Map<string, Set<Promise<void>>>()

  /** Starts what is due, and says when to look again. */
  async function startTries(): Promise<number> {
    let idleMs = maxIdleMs
    for (const webhook of options.webhooks()) {
      const running = tries.get(webhook.name) ?? new Set()
      tries.set(webhook.name, running)
      const limit = triesAtOnce - running.size
      // The end of a try is told on the bus, too.
      if (limit <= 0) continue
      const channel = webhookChannel(webhook.name)
      const leaseMs = timeoutMs + leaseBeyondTimeoutMs
      for (const row of await claimDeliveries(store, { owner, channel, leaseMs, limit })) {
        const attempt = tryOnce(webhook, row).finally(() => running.delete(attempt))
        running.add(attempt)
      }
      const nextAt = await nextDeliveryAt(store, channel)
      if (nextAt !== null) idleMs = Math.min(idleMs, Math.max(minIdleMs, nextAt - Date.now()))
    }
    return idleMs
  }

  async function tryOnce(webhook: Webhook, row: OutboxRow): Promise<void> {
    const result = await postWebhook(
      webhook,
      { id: row.id, body: row.payload },
      { fetch: options.fetch ?? fetch, timeoutMs, signal: closing.signal },
    )
    try {
      await settle(row, result)
    } catch (error) {
      // It is sent once more when its lease is over.
      log.warn({ err: toError(error), deliveryId: row.id }, 'a delivery could not be settled')
    }
  }

  async function settle(row: OutboxRow, result: PostResult): Promise<void> {
    const delivery = { id: row.id, owner }
    if (result.kind === 'delivered') {
      await settleDelivery(store, delivery, { state: 'delivered', receipt: String(result.status) })
      return
    }
    const { error } = result
    const delayMs = toDelayMs(row, result)
    if (delayMs !== null) {
      await settleDelivery(store, delivery, {
        state: 'pending',
        nextAt: Date.now() + delayMs,
        error,
      })
      return
    }
    await settleDelivery(store, delivery, { state: 'dead', error })
    log.warn({ deliveryId: row.id, channel: row.channel, problem: error }, 'a webhook is given up')
  }

  function toDelayMs(
    row: OutboxRow,
    result: Exclude<PostResult, { kind: 'delivered' }>,
  ): number | null {
    if (result.kind === 'gone') return null
    // It was this process that gave up, not the endpoint: whoever comes next may try at once.
    if (closing.signal.aborted) return 0
    return retryDelayMs(row.attempts + 1, { ...result, retriesMs, random })
  }

  const looking = lookAgain(store, {
    wokenBy: 'outbox',
    look: startTries,
    onError(error) {
      log.warn({ err: toError(error) }, 'the outbox could not be read; trying again')
      return maxIdleMs / 5
    },
  })
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      await looking[Symbol.asyncDispose]()
      await Promise.all([...tries.values()].flatMap((running) => [...running]))
    },
  }
}
