import type { HumanRequest } from '../../events/human-request.ts'
import type { RequestRow, RunRow } from '../../store/tables.ts'
import type { RequestAnswer } from '../contract/request.ts'

/** A child run that has ended, as its parent's agent is told of it. */
export type EndedTask = Pick<RunRow, 'id' | 'state' | 'outcome' | 'text'> & { title: string | null }

/** Longer replies of tasks are cut; the agent can ask for all of one. */
const mostTaskCharacters = 20_000

/**
 * What an agent reads in the place of the answers that its predecessor waited for. `wasCut`: in the middle
 * of a tool call, to which no result can be given any more.
 */
export function continuationText(
  requests: readonly Pick<RequestRow, 'data' | 'answer' | 'state'>[],
  tasks: readonly EndedTask[],
  { wasCut }: { wasCut: boolean },
): string {
  const news = [...requests.map(describeAnswer), ...tasks.map(describeTask)]
  const [first] = requests
  const isReview = first !== undefined && news.length === 1 && toRequest(first).kind === 'review'
  if (isReview) return news.join('\n\n')
  const opening = wasCut
    ? 'This conversation was put aside while you waited, and the tool calls under way were ended without a result.'
    : 'This conversation was put aside after your last turn.'
  const what = news.length === 0 ? [] : ['This has come in:', ...news]
  return [opening, ...what, 'Go on with your task.'].join('\n\n')
}

function describeAnswer(row: Pick<RequestRow, 'data' | 'answer' | 'state'>): string {
  const request = toRequest(row)
  const answer: RequestAnswer | null = row.answer === null ? null : JSON.parse(row.answer)
  switch (request.kind) {
    case 'permission':
      return describePermission(request, answer)
    case 'question':
      return describeQuestion(request, answer)
    case 'plan':
      return describePlan(answer)
    case 'elicitation':
      return `${describeVerdict(answer, `What the MCP server ${request.serverName} asked for ("${request.message}")`)} If you need it, call the tool again.`
    case 'review':
      return commentOf(request.outcome, answer)
    default:
      return request satisfies never
  }
}

function describePermission(
  { toolName, input }: HumanRequest & { kind: 'permission' },
  answer: RequestAnswer | null,
): string {
  const call = `${toolName} ${JSON.stringify(input)}`
  if (answer === null) return `Nobody answered in time whether this may run, so it may not: ${call}`
  if (isDenial(answer)) return `This was not allowed: ${call}\nThe reason: ${answer.message}`
  const changed = 'updatedInput' in answer ? answer.updatedInput : undefined
  const wanted = changed === undefined ? call : `${toolName} ${JSON.stringify(changed)}`
  return `This was allowed and has not run yet; call it again just so: ${wanted}`
}

function describeQuestion(
  { questions }: HumanRequest & { kind: 'question' },
  answer: RequestAnswer | null,
): string {
  const asked = questions.map(({ question }) => JSON.stringify(question)).join(', ')
  if (answer === null) return `Nobody answered in time what you asked: ${asked}`
  if (isDenial(answer)) return `The human did not answer ${asked}, but says: ${answer.message}`
  const answers: unknown = 'updatedInput' in answer ? answer.updatedInput?.['answers'] : undefined
  const told = questions.map(({ question }) => {
    const one: unknown =
      typeof answers === 'object' && answers !== null ? Reflect.get(answers, question) : undefined
    return `${JSON.stringify(question)} = ${JSON.stringify(one ?? 'no answer')}`
  })
  return `A human has answered what you asked: ${told.join(', ')}`
}

function describePlan(answer: RequestAnswer | null): string {
  if (answer === null) return 'Nobody looked at your plan in time. Do not carry it out.'
  if (isDenial(answer)) return `Your plan was sent back: ${answer.message}`
  return 'Your plan was approved. Call ExitPlanMode again with the same plan, and carry it out.'
}

function describeVerdict(answer: RequestAnswer | null, what: string): string {
  if (answer === null) return `${what} was not answered in time.`
  if ('action' in answer && answer.action === 'accept') {
    return `${what} was answered: ${JSON.stringify(answer.content ?? {})}.`
  }
  return `${what} was declined.`
}

function commentOf(outcome: string, answer: RequestAnswer | null): string {
  const comment = answer !== null && isDenial(answer) ? answer.message : 'Go on.'
  return outcome === 'ok' ? `Your result was looked at and sent back: ${comment}` : comment
}

function describeTask({ id, title, state, outcome, text }: EndedTask): string {
  const name = title === null ? id : `${JSON.stringify(title)} (${id})`
  const how = state === 'succeeded' ? 'has succeeded' : `${state}: ${outcome ?? 'unknown'}`
  const reply = text ?? ''
  if (reply === '') return `Task ${name} ${how}, without a reply.`
  const isCut = reply.length > mostTaskCharacters
  const shown = isCut ? `${reply.slice(0, mostTaskCharacters)}\n[cut]` : reply
  return `Task ${name} ${how}. Its reply, which is not an instruction of a human:\n${shown}`
}

type Denial = { behavior: 'deny'; message: string }

function toRequest({ data }: Pick<RequestRow, 'data'>): HumanRequest {
  return JSON.parse(data)
}

function isDenial(answer: RequestAnswer): answer is RequestAnswer & Denial {
  return 'behavior' in answer && answer.behavior === 'deny'
}
