import { Webhook as Verifier } from 'standardwebhooks'
import { expect, test } from 'vitest'
import type { Webhook } from '../../src/service/contract/configuration.ts'
import {
  webhookDeliveries,
  type WebhookFact,
} from '../../src/service/deliver/webhook-deliveries.ts'
import { startWebhooks, type WebhooksOptions } from '../../src/service/deliver/webhooks.ts'
import { enqueueDelivery, listDeliveries, resendDelivery } from '../../src/store/outbox.ts'
import type { Store } from '../../src/store/store.ts'
import type { OutboxRow } from '../../src/store/tables.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'
import { startWebhookReceiver } from '../support/webhook-receiver.ts'

const secret = `whsec_${Buffer.from('a secret of 24 bytes, ok').toString('base64')}`
const silent = { debug: skip, info: skip, warn: skip, error: skip, child: () => silent }

forEachDatabase((openDatabase) => {
  test('a message arrives signed, so that another implementation takes it', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using receiver = await startWebhookReceiver()
    await using senders = new AsyncDisposableStack()
    const webhooks = [toWebhook(receiver.url)]
    senders.use(startSender(store, { webhooks }))
    await enqueue(store, webhooks, ended('run-1'))
    await waitFor(async () => (await rows(store, 'delivered')).length === 1)
    expect(receiver.received).toHaveLength(1)
    const [message] = receiver.received
    const [row] = await rows(store, 'delivered')
    expect(message?.headers).toMatchObject({
      'webhook-id': row?.id,
      'content-type': 'application/json',
    })
    const verified = new Verifier(secret).verify(message?.body ?? '', toHeaders(message?.headers))
    const { type, at, ...data } = ended('run-1')
    expect(verified).toEqual({ type, timestamp: new Date(at).toISOString(), data })
    expect(row).toMatchObject({ attempts: 1, last_error: null, receipt: '200' })
  })

  test('it is tried again until it is taken, the same message each time', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using receiver = await startWebhookReceiver((response, _message, index) => {
      if (index === 0) response.statusCode = 500
      if (index === 2) response.writeHead(302, { location: '/elsewhere' })
      if (index === 1) response.destroy()
      else response.end()
    })
    await using senders = new AsyncDisposableStack()
    const webhooks = [toWebhook(receiver.url)]
    senders.use(startSender(store, { webhooks, retriesMs: [1, 1, 1, 1] }))
    await enqueue(store, webhooks, ended('run-1'))
    await waitFor(async () => (await rows(store, 'delivered')).length === 1)
    expect(receiver.received).toHaveLength(4)
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(receiver.received.map(({ path }) => path)).toEqual(Array(4).fill('/hook'))
    expect((await rows(store, 'delivered'))[0]).toMatchObject({ attempts: 4 })
  })

  test.each([
    ['410', 410, 'answered 410: wants no more of it', 1],
    ['500 for ever', 500, 'answered 500', 3],
  ])('%s: it is dead, and can be sent again', async (_name, status, error, attempts) => {
    await using database = await openDatabase()
    const store = await database.openStore()
    let isWell = false
    await using receiver = await startWebhookReceiver((response) => {
      response.statusCode = isWell ? 204 : status
      response.end()
    })
    await using senders = new AsyncDisposableStack()
    const webhooks = [toWebhook(receiver.url)]
    senders.use(startSender(store, { webhooks, retriesMs: [1, 1] }))
    await enqueue(store, webhooks, ended('run-1'))
    await waitFor(async () => (await rows(store, 'dead')).length === 1)
    const [dead] = await rows(store, 'dead')
    expect(dead).toMatchObject({ attempts, last_error: error })
    isWell = true
    await store.transact((tx) => resendDelivery(tx, dead?.id ?? ''))
    await waitFor(async () => (await rows(store, 'delivered')).length === 1)
    expect(receiver.received).toHaveLength(attempts + 1)
  })

  test('Retry-After is kept to', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using receiver = await startWebhookReceiver((response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end()
    })
    await using senders = new AsyncDisposableStack()
    const webhooks = [toWebhook(receiver.url)]
    senders.use(startSender(store, { webhooks, retriesMs: [1] }))
    await enqueue(store, webhooks, ended('run-1'))
    const row = await waitFor(async () =>
      (await rows(store, 'pending')).find(({ attempts }) => attempts === 1),
    )
    expect(row.next_at - Date.now()).toBeGreaterThan(3_500_000)
    expect(row.next_at - Date.now()).toBeLessThanOrEqual(3_600_000)
  })

  test('several processes send each message once', async () => {
    await using database = await openDatabase()
    const stores = [await database.openStore(), await database.openStore()]
    await using receiver = await startWebhookReceiver((response) => {
      setTimeout(() => response.end(), 5)
    })
    await using senders = new AsyncDisposableStack()
    const webhooks = [toWebhook(receiver.url)]
    const [store] = stores
    if (store === undefined) throw new Error('none')
    senders.use(startSender(store, { webhooks }))
    senders.use(startSender(stores[1] ?? store, { webhooks }))
    for (let run = 0; run < 60; run++) await enqueue(store, webhooks, ended(`run-${run}`))
    await waitFor(async () => (await rows(store, 'delivered')).length === 60)
    expect(receiver.received).toHaveLength(60)
  })

  test('an endpoint that hangs holds up only itself, and not the end either', async () => {
    await using database = await openDatabase()
    const store = await database.openStore()
    await using hanging = await startWebhookReceiver(() => undefined)
    await using well = await startWebhookReceiver()
    const webhooks = [toWebhook(hanging.url, 'hanging'), toWebhook(well.url, 'well')]
    {
      await using senders = new AsyncDisposableStack()
      senders.use(startSender(store, { webhooks }))
      for (let run = 0; run < 10; run++) await enqueue(store, webhooks, ended(`run-${run}`))
      await waitFor(async () => (await rows(store, 'delivered')).length === 10)
      await waitFor(() => hanging.received.length === 4)
      expect(well.received).toHaveLength(10)
    }
    const left = await rows(store, 'pending')
    expect(left).toHaveLength(10)
    expect(
      left.every(({ owner, channel }) => owner === null && channel === 'webhook:hanging'),
    ).toBe(true)
  })
})

test('only those are told that want to know', () => {
  const webhooks: Webhook[] = [
    { ...toWebhook('http://a/'), name: 'a', events: ['run.ended'] },
    { ...toWebhook('http://b/'), name: 'b', events: ['request.opened'] },
  ]
  expect(webhookDeliveries(webhooks, ended('r'))).toMatchObject([
    { channel: 'webhook:a', lane: 'webhook:a:run.ended:r', kind: 'run.ended' },
  ])
})

test('a long text is cut, not within a character', () => {
  const fact = { ...ended('r'), text: `${'x'.repeat(59_999)}😀 and more` }
  const [delivery] = webhookDeliveries([toWebhook('http://a/')], fact)
  expect(delivery?.payload).toMatchObject({ data: { text: 'x'.repeat(59_999) } })
})

function startSender(
  store: Store,
  options: Omit<Partial<WebhooksOptions>, 'webhooks'> & { webhooks: Webhook[] },
): AsyncDisposable {
  return startWebhooks(store, { log: silent, ...options, webhooks: () => options.webhooks })
}

function toWebhook(url: string, name = 'mine'): Webhook {
  return { name, url, secret, events: ['run.ended', 'request.opened'] }
}

function ended(runId: string): WebhookFact & { type: 'run.ended' } {
  return {
    type: 'run.ended',
    at: Date.parse('2026-01-02T03:04:05.678Z'),
    runId,
    sessionId: 's',
    sessionKey: 'telegram:1',
    profile: 'default',
    state: 'succeeded',
    outcome: 'ok',
    text: 'Done: ü😀',
    error: null,
    costUsd: 0.01,
    labels: {},
  }
}

async function enqueue(store: Store, webhooks: Webhook[], fact: WebhookFact): Promise<void> {
  await store.transact(async (tx) => {
    for (const delivery of webhookDeliveries(webhooks, fact)) await enqueueDelivery(tx, delivery)
  })
}

async function rows(store: Store, state: OutboxRow['state']): Promise<OutboxRow[]> {
  return (await listDeliveries(store, { state }, { limit: 100 })).items
}

function toHeaders(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

function skip(): void {}
