import { z } from 'zod'
import { accountSchema } from '../../service/api-schema/account-schema.ts'
import { jsonAnswer, readNothing } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'

const tag = 'accounts'

export const accountEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/accounts',
    tag,
    summary: 'List the logins of Claude',
    description:
      'Those that profiles use, each with what keeps its runs from starting: a usage limit, an API that fails, a login that is refused. An id says nothing of the secret.',
    access: ['read'],
    answers: {
      200: { description: 'All accounts.', schema: z.object({ items: z.array(accountSchema) }) },
    },
    async handle({ hostler, request: { signal } }) {
      return jsonAnswer({ items: await hostler.accounts.list({ signal }) })
    },
  },
  {
    method: 'POST',
    path: '/v1/accounts/{id}/resume',
    tag,
    summary: 'Let runs start with a login again',
    description: 'After it was mended. What waited for it goes on.',
    access: ['admin'],
    answers: { 200: { description: 'The account.', schema: accountSchema } },
    errors: ['not_found', 'not_accepting'],
    async handle(call) {
      await readNothing(call)
      return jsonAnswer(await call.hostler.accounts.resume(call.params['id'] ?? ''))
    },
  },
]
