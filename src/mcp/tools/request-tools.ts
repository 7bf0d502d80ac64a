import { z } from 'zod'
import { anyObject, id } from '../../service/api-schema/fields.ts'
import { defineTool, readsOnly, type Tool } from '../tool.ts'
import { defaultRows, pageFields, pageTexts } from './inputs.ts'
import { toRequestAnswer, type GivenAnswer } from './to-request-answer.ts'

const answerInput: z.ZodType<GivenAnswer & { id: string }> = z.strictObject(
  {
    id,
    decision: z.enum(['allow', 'deny']),
    message: z.string({ error: 'a text' }).min(1, { error: 'a text' }).exactOptional(),
    answers: z
      .record(z.string(), z.string({ error: 'a text' }), { error: 'an object of texts' })
      .exactOptional(),
    content: anyObject.exactOptional(),
    scope: z.enum(['once', 'session']).exactOptional(),
  },
  { error: '{ id, decision }' },
)

/** What is asked of humans, and what answers it. */
export const requestTools: readonly Tool[] = [
  defineTool({
    name: 'list_requests',
    title: 'List requests',
    description:
      'What runs have asked: tool permissions, questions, plans, elicitations, results to review. Newest first; the open ones when no state is given.',
    access: ['read', 'answer'],
    annotations: readsOnly,
    input: z.strictObject({
      sessionId: id.exactOptional(),
      runId: id.exactOptional(),
      state: z.enum(['open', 'answered', 'expired', 'withdrawn']).exactOptional(),
      ...pageFields,
    }),
    fields: pageTexts,
    run: async ({ cursor, limit = defaultRows, state = 'open', ...rest }, { hostler, signal }) => {
      const page = { limit, signal, ...(cursor === undefined ? {} : { cursor }) }
      return { ...(await hostler.requests.list({ state, ...rest }, page)) }
    },
  }),
  defineTool({
    name: 'answer_request',
    title: 'Answer a request',
    description:
      'Answers an open request, once and for good; who did is written down. The run goes on with the answer. Answer for a human only what that human has told you.',
    access: ['answer'],
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
    input: answerInput,
    fields: {
      id: 'The request’s id.',
      decision:
        'allow: the tool may run, the plan is good, the question is answered, the result is accepted. deny: not so.',
      message: 'With deny: why, or what is to be done otherwise. The agent reads it.',
      answers:
        'Of a question: each question’s text with its answer, a label or words of your own; several labels joined by ", ".',
      content: 'Of an elicitation: the wanted object.',
      scope: 'Of a permission: once (default), or for the rest of the session.',
    },
    run: async ({ id, ...given }, { hostler, signal }) => {
      const stored = await hostler.requests.get(id, { signal })
      const answer = toRequestAnswer(stored, given)
      return { request: await hostler.requests.answer(id, answer, { signal }) }
    },
  }),
]
