import { z } from 'zod'
import {
  callerInfoSchema,
  createdTokenSchema,
  newTokenSchema,
  tokenSchema,
} from '../../service/api-schema/operations-schema.ts'
import { jsonAnswer, readInput, readNothing } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'

const tag = 'tokens'

export const tokenEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/whoami',
    tag,
    summary: 'Who asks, and what is let to them',
    description: 'What the token in the request says.',
    access: ['read', 'run', 'answer'],
    answers: { 200: { description: 'The caller.', schema: callerInfoSchema } },
    async handle({ hostler, identity, request: { signal } }) {
      const { actor, scopes } = identity ?? (await hostler.whoami({ signal }))
      return jsonAnswer({ actor, scopes })
    },
  },
  {
    method: 'POST',
    path: '/v1/tokens',
    tag,
    summary: 'Make a token',
    description: 'Its text is in this answer only; hostler keeps a hash of it.',
    access: ['admin'],
    body: { schema: newTokenSchema },
    answers: { 201: { description: 'The token, with its text.', schema: createdTokenSchema } },
    errors: ['not_accepting'],
    async handle(call) {
      const made = await call.hostler.tokens.create(await readInput(call, newTokenSchema))
      call.services.forgetTokens()
      return jsonAnswer(made, 201)
    },
  },
  {
    method: 'GET',
    path: '/v1/tokens',
    tag,
    summary: 'List tokens',
    access: ['admin'],
    answers: {
      200: {
        description: 'All, without their texts.',
        schema: z.object({ items: z.array(tokenSchema) }),
      },
    },
    async handle({ hostler, request: { signal } }) {
      return jsonAnswer({ items: await hostler.tokens.list({ signal }) })
    },
  },
  {
    method: 'DELETE',
    path: '/v1/tokens/{id}',
    tag,
    summary: 'Revoke a token',
    access: ['admin'],
    answers: { 200: { description: 'The token, revoked.', schema: tokenSchema } },
    errors: ['not_found', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      const revoked = await call.hostler.tokens.revoke(call.params['id'] ?? '')
      call.services.forgetTokens()
      return jsonAnswer(revoked)
    },
  },
]
