import { hostlerError } from '../../errors.ts'
import type { RequestAnswer, StoredRequest } from '../../service/contract/request.ts'

/** An answer as a model can give it: the same few fields for every kind of request. */
export type GivenAnswer = {
  decision: 'allow' | 'deny'
  message?: string
  answers?: Record<string, string>
  content?: Record<string, unknown>
  scope?: 'once' | 'session'
}

// Which kinds take a field. What does not fit is refused: who gave it meant something by it.
const fieldsOf: Readonly<Record<StoredRequest['kind'], readonly string[]>> = {
  permission: ['message', 'scope'],
  question: ['message', 'answers'],
  plan: ['message'],
  elicitation: ['content'],
  review: ['message'],
}

const denied = 'Denied.'

/** The answer in the form that this kind of request takes. @throws HostlerError `invalid_input` */
export function toRequestAnswer(
  { request, kind }: StoredRequest,
  { decision, ...given }: GivenAnswer,
): RequestAnswer {
  const odd = Object.keys(given).find((name) => !fieldsOf[kind].includes(name))
  if (odd !== undefined) throw misfit(odd, kind)
  const { message, answers, content, scope } = given
  if (request.kind === 'elicitation') {
    if (decision === 'deny') return { action: 'decline' }
    return { action: 'accept', ...(content === undefined ? {} : { content }) }
  }
  // Of a review the message is the work that is to be done: there is none to make up.
  if (decision === 'deny' && kind === 'review') {
    return { behavior: 'deny', message: message ?? '' }
  }
  if (decision === 'deny') return { behavior: 'deny', message: message ?? denied }
  if (request.kind === 'question') {
    const updatedInput = { ...request.input, ...(answers === undefined ? {} : { answers }) }
    return { behavior: 'allow', updatedInput }
  }
  return { behavior: 'allow', ...(scope === undefined ? {} : { scope }) }
}

function misfit(field: string, kind: StoredRequest['kind']): Error {
  const taken = ['decision', ...fieldsOf[kind]].join(', ')
  const problem = `a request of the kind ${kind} does not take it`
  return hostlerError('invalid_input', { field, problem, cure: `give ${taken}` })
}
