import {
  requestAnswerSchema,
  requestFilterSchema,
  storedRequestSchema,
} from '../../service/api-schema/request-schema.ts'
import { pageSchema } from '../../service/api-schema/page-schema.ts'
import { answerPage, jsonAnswer, pageParams, readInput } from '../routing/answers.ts'
import type { Endpoint } from '../routing/endpoint.ts'

const tag = 'requests'
const answer = { description: 'The request.', schema: storedRequestSchema }

export const requestEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/v1/requests',
    tag,
    summary: 'List what humans are asked',
    access: ['read', 'answer'],
    query: [
      { name: 'sessionId', kind: 'text', description: 'Only those of this session.' },
      { name: 'runId', kind: 'text', description: 'Only those of this run.' },
      {
        name: 'state',
        kind: 'text',
        values: ['open', 'answered', 'expired', 'withdrawn'],
        description: 'Only those in this state.',
      },
      ...pageParams,
    ],
    answers: { 200: { description: 'Newest first.', schema: pageSchema(storedRequestSchema) } },
    handle: (call) =>
      answerPage(call, requestFilterSchema, (filter, page) =>
        call.hostler.requests.list(filter, page),
      ),
  },
  {
    method: 'GET',
    path: '/v1/requests/{id}',
    tag,
    summary: 'Read a request',
    access: ['read', 'answer'],
    answers: { 200: answer },
    errors: ['not_found'],
    async handle({ hostler, params, request: { signal } }) {
      return jsonAnswer(await hostler.requests.get(params['id'] ?? '', { signal }))
    },
  },
  {
    method: 'POST',
    path: '/v1/requests/{id}/answer',
    tag,
    summary: 'Answer a request',
    description:
      'Once. A permission, a question or a plan takes `{ "behavior": "allow" }` or `{ "behavior": "deny", "message": … }`; a question’s answers go in `updatedInput: { …input, answers }`. A permission’s `updatedPermissions` are some of the request’s `suggestions`; `scope: "session"` allows it for the rest of the session, by the rules that the CLI suggests. A review is accepted by `allow`, and sent back by `deny`. An elicitation takes `{ "action": "accept", "content": … }`, `decline` or `cancel`.',
    access: ['answer'],
    body: { schema: requestAnswerSchema },
    answers: { 200: answer },
    errors: ['not_found', 'request_not_open', 'not_accepting'],
    async handle(call) {
      const given = await readInput(call, requestAnswerSchema)
      return jsonAnswer(await call.hostler.requests.answer(call.params['id'] ?? '', given))
    },
  },
]
