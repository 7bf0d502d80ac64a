import { z } from 'zod'
import { parseAnswer } from '../../agent/index.ts'
import { hostlerError, HostlerError } from '../../errors.ts'
import type { AgentRequest, HumanRequest, QuestionRequest } from '../../events/human-request.ts'
import type { RequestRow } from '../../store/tables.ts'
import { didYouMean } from '../../util/suggest.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { assertOffered, parsePermissionAnswer } from './parse-permission-answer.ts'
import type { RequestAnswer } from '../contract/request.ts'

/**
 * Takes an answer of the kind that the request wants. @throws invalid_input
 */
export function parseRequestAnswer(
  { data }: Pick<RequestRow, 'data'>,
  input: unknown,
): RequestAnswer {
  const request: HumanRequest = JSON.parse(data)
  if (request.kind === 'review') return parseReview(input)
  if (request.kind === 'permission') {
    return parsePermissionAnswer(request, input, { parse: (rest) => parse(request, rest) })
  }
  const answer = assertOffered({ suggestions: [] }, parse(request, input))
  if (request.kind === 'question' && 'behavior' in answer && answer.behavior === 'allow') {
    assertAnswersAll(request, answer.updatedInput?.['answers'])
  }
  return answer
}

function parse(request: AgentRequest, input: unknown): RequestAnswer {
  try {
    return parseAnswer(request, input)
  } catch (error) {
    if (!(error instanceof HostlerError) || error.code !== 'invalid_option') throw error
    throw hostlerError('invalid_input', { ...error.params }, { cause: error })
  }
}

const reviewSchema: z.ZodType<RequestAnswer> = z.union(
  [
    z.strictObject({ behavior: z.literal('allow') }),
    z.strictObject({ behavior: z.literal('deny'), message: z.string().trim().min(1) }),
  ],
  {
    error:
      '{ behavior: "allow" } to accept it, or { behavior: "deny", message } with what is to be done otherwise',
  },
)

function parseReview(input: unknown): RequestAnswer {
  return parseInput(reviewSchema, input, { name: 'answer' })
}

const answersSchema = z.record(z.string(), z.string())

// For the CLI a question without an answer, or one that is misspelt, is one that nobody answered: the
// agent would go on without what the human said.
function assertAnswersAll({ questions }: QuestionRequest, given: unknown): void {
  const names = questions.map(({ question }) => question)
  const parsed = answersSchema.safeParse(given)
  const field = 'answer.updatedInput.answers'
  if (!parsed.success) {
    const problem = given === undefined ? 'is missing' : 'is not an object of texts'
    const cure = 'give { [question]: answer }, several labels joined by ", "'
    throw hostlerError('invalid_input', { field, problem, cure })
  }
  const odd = Object.keys(parsed.data).find((name) => !names.includes(name))
  if (odd !== undefined) {
    const problem = `nobody asked ${JSON.stringify(odd.slice(0, 200))}`
    const cure = `give one of ${names.map((name) => JSON.stringify(name)).join(', ')}${didYouMean(odd, names)}`
    throw hostlerError('invalid_input', { field, problem, cure })
  }
  const left = names.find((name) => (parsed.data[name] ?? '') === '')
  if (left === undefined) return
  throw hostlerError('invalid_input', {
    field,
    problem: `${JSON.stringify(left.slice(0, 200))} is not answered`,
    cure: 'answer every question, or deny the request with a message',
  })
}
