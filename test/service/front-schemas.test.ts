import { expect, test } from 'vitest'
import type { z } from 'zod'
import {
  agentInfoSchema,
  auditEntrySchema,
  changeSchema,
  createdTokenSchema,
  deliverySchema,
  statusSchema,
  tokenSchema,
  workerInfoSchema,
} from '../../src/service/api-schema/operations-schema.ts'
import { pageSchema } from '../../src/service/api-schema/page-schema.ts'
import { storedRequestSchema } from '../../src/service/api-schema/request-schema.ts'
import { attemptSchema, runSchema } from '../../src/service/api-schema/run-schema.ts'
import { sessionEventSchema } from '../../src/service/api-schema/session-event-schema.ts'
import { sessionSchema } from '../../src/service/api-schema/session-schema.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { enqueueDelivery } from '../../src/store/outbox.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { collect } from '../support/streams.ts'
import { takeTurn } from '../support/turns.ts'

// What a schema does not know it drops, so that equality finds what one of the two lacks.
function assertFits<T>(schema: z.ZodType<T>, value: T): void {
  expect(schema.parse(value)).toEqual(value)
}

forEachDatabase((openTestDatabase) => {
  test('what is given out is as its schema says, no more and no less', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const one = await hostler.runs.submit({
      key: 'k',
      prompt: [{ type: 'text', text: 'x' }],
      options: { maxTurns: 1, effort: 'high' },
      labels: { a: 'b' },
      idempotencyKey: 'i',
    })
    const turn = await takeTurn(store)
    await turn.ask({
      kind: 'question',
      id: 'c',
      openedAt: 1,
      toolUseId: 't',
      questions: [{ question: 'q', header: 'h', options: [], multiSelect: true }],
      input: { questions: [] },
    })
    await store.transact(async (tx) => {
      await enqueueDelivery(tx, { channel: 'webhook:a', lane: 'a', kind: 'k', payload: {} })
      await appendInTx(tx, one.sessionId, {
        runId: one.id,
        events: [
          { type: 'text', offset: 1, parentToolUseId: null, text: 't', messageId: 'm' },
          {
            type: 'tool_started',
            offset: 2,
            parentToolUseId: 'p',
            toolUseId: 't',
            toolName: 'B',
            input: { a: 1 },
          },
          { type: 'notice', offset: 3, code: 'output_limit', message: 'm', bytes: 5 },
          { type: 'unknown', offset: 4, message: { type: 'new' } },
        ],
      })
    })
    assertFits(pageSchema(storedRequestSchema), await hostler.requests.list())
    assertFits(sessionSchema, await hostler.sessions.get('key:k'))
    await hostler.sessions.fork('key:k')
    await turn.succeed()
    await hostler.sessions.configure('key:k', { title: 't' })
    await hostler.runs.cancel((await hostler.runs.retry(one.id)).id)
    await hostler.sessions.archive('key:k')
    const token = await hostler.tokens.create({ label: 'l', scopes: ['admin'] })
    assertFits(createdTokenSchema, token)
    for (const known of await hostler.tokens.list()) assertFits(tokenSchema, known)
    assertFits(pageSchema(sessionSchema), await hostler.sessions.list())
    assertFits(pageSchema(runSchema), await hostler.runs.list())
    for (const attempt of await hostler.runs.attempts(one.id)) assertFits(attemptSchema, attempt)
    for (const agent of await hostler.agents.list()) assertFits(agentInfoSchema, agent)
    for (const worker of await hostler.workers.list()) assertFits(workerInfoSchema, worker)
    assertFits(pageSchema(deliverySchema), await hostler.deliveries.list())
    assertFits(pageSchema(auditEntrySchema), await hostler.audit())
    assertFits(statusSchema, await hostler.status())
    const events = collect(hostler.sessions.events(one.sessionId, { until: 'now' }))
    const changes = collect(hostler.changes({ after: '0.0', until: 'now' }))
    await Promise.all([events.ended, changes.ended])
    expect(events.items.length).toBeGreaterThan(8)
    expect(changes.items.length).toBeGreaterThan(8)
    for (const event of events.items) assertFits(sessionEventSchema, event)
    for (const change of changes.items) assertFits(changeSchema, change)
  })
})
