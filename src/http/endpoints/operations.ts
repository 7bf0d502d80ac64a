import { z } from 'zod'
import {
  agentInfoSchema,
  auditEntrySchema,
  deliveryFilterSchema,
  deliverySchema,
  statusSchema,
  workerInfoSchema,
} from '../../service/api-schema/operations-schema.ts'
import { pageSchema } from '../../service/api-schema/page-schema.ts'
import { answerPage, jsonAnswer, pageParams, readNothing } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'

const noFilter = z.strictObject({})

export const operationEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/status',
    tag: 'operations',
    summary: 'How things stand',
    access: ['read'],
    answers: { 200: { description: 'Workers, queue, outcomes, cost.', schema: statusSchema } },
    async handle({ hostler, request: { signal } }) {
      return jsonAnswer(await hostler.status({ signal }))
    },
  },
  {
    method: 'GET',
    path: '/v1/agents',
    tag: 'operations',
    summary: 'List agents',
    access: ['read'],
    answers: {
      200: { description: 'All agents.', schema: z.object({ items: z.array(agentInfoSchema) }) },
    },
    async handle({ hostler, request: { signal } }) {
      return jsonAnswer({ items: await hostler.agents.list({ signal }) })
    },
  },
  {
    method: 'POST',
    path: '/v1/agents/{id}/stop',
    tag: 'operations',
    summary: 'Stop a warm or spare agent',
    access: ['admin'],
    answers: { 204: { description: 'It is told to stop.' } },
    errors: ['not_found', 'agent_busy', 'agent_ended'],
    async handle(call) {
      await readNothing(call)
      await call.hostler.agents.stop(call.params['id'] ?? '')
      return new Response(null, { status: 204 })
    },
  },
  {
    method: 'GET',
    path: '/v1/workers',
    tag: 'operations',
    summary: 'List workers',
    access: ['read'],
    answers: {
      200: { description: 'All workers.', schema: z.object({ items: z.array(workerInfoSchema) }) },
    },
    async handle({ hostler, request: { signal } }) {
      return jsonAnswer({ items: await hostler.workers.list({ signal }) })
    },
  },
  {
    method: 'GET',
    path: '/v1/deliveries',
    tag: 'operations',
    summary: 'List webhooks on their way, and those that never arrived',
    access: ['read'],
    query: [
      {
        name: 'state',
        kind: 'text',
        values: ['pending', 'delivered', 'dead'],
        description: 'Only those in this state.',
      },
      ...pageParams,
    ],
    answers: { 200: { description: 'Newest first.', schema: pageSchema(deliverySchema) } },
    handle: (call) =>
      answerPage(call, deliveryFilterSchema, (filter, page) =>
        call.hostler.deliveries.list(filter, page),
      ),
  },
  {
    method: 'POST',
    path: '/v1/deliveries/{id}/resend',
    tag: 'operations',
    summary: 'Send a webhook again',
    access: ['admin'],
    answers: { 200: { description: 'The delivery, pending.', schema: deliverySchema } },
    errors: ['not_found', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.deliveries.resend(call.params['id'] ?? ''))
    },
  },
  {
    method: 'GET',
    path: '/v1/audit',
    tag: 'operations',
    summary: 'Who did what',
    access: ['admin'],
    query: pageParams,
    answers: { 200: { description: 'Newest first.', schema: pageSchema(auditEntrySchema) } },
    handle: (call) => answerPage(call, noFilter, (_filter, page) => call.hostler.audit(page)),
  },
]
