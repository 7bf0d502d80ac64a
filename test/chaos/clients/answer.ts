import { setTimeout as sleep } from 'node:timers/promises'
import type { Hostler, RequestAnswer, StoredRequest } from '../../../src/client/index.ts'
import type { Planned } from '../mix.ts'
import { codeOf, isPassing } from './reach.ts'

/** What has become of requests: how often each was answered, and which runs were sent back. */
export type Answered = { times: Map<string, number>; rejected: Set<string>; problems: string[] }

/** Answers what is asked, as planned, until it is told to stop. Several may do so at once. */
export async function answerRequests(
  hostler: Hostler,
  options: {
    planOf: (name: string) => Planned | undefined
    answered: Answered
    signal: AbortSignal
  },
): Promise<void> {
  const { planOf, answered, signal } = options
  while (!signal.aborted) {
    try {
      const { items } = await hostler.requests.list({ state: 'open' }, { signal })
      for (const request of items) {
        const answer = toAnswer(request, planOf(nameOf(request)), answered)
        if (answer === null) continue
        await answerOne(hostler, { request, answer, answered, signal })
      }
    } catch (error) {
      if (!signal.aborted && !isPassing(error)) answered.problems.push(`requests: ${codeOf(error)}`)
    }
    await sleep(100, undefined, { signal }).catch(() => undefined)
  }
}

async function answerOne(
  hostler: Hostler,
  given: { request: StoredRequest; answer: RequestAnswer; answered: Answered; signal: AbortSignal },
): Promise<void> {
  const { request, answer, answered, signal } = given
  const { id, kind } = request
  try {
    await hostler.requests.answer(id, answer, { signal })
    answered.times.set(id, (answered.times.get(id) ?? 0) + 1)
  } catch (error) {
    // Another was first, or its time was over.
    if (codeOf(error) === 'request_not_open' || signal.aborted) return
    if (isPassing(error)) throw error
    answered.problems.push(`the answer to ${kind} request ${id}: ${codeOf(error)}`)
  }
}

/** Null: not now, or never. */
function toAnswer(
  { runId, request, openedAt }: StoredRequest,
  planned: Planned | undefined,
  { rejected }: Answered,
): RequestAnswer | null {
  if (request.kind === 'review') {
    // What was sent back once is accepted then.
    if (planned?.verdict !== 'reject' || rejected.has(runId)) return { behavior: 'allow' }
    rejected.add(runId)
    return { behavior: 'deny', message: `${planned.name} once more` }
  }
  if (planned === undefined || planned.answer === null) return null
  if (Date.now() - openedAt < planned.answerAfterMs) return null
  const isAllowed = planned.answer === 'allow'
  const denial = { behavior: 'deny', message: 'No.' } as const
  switch (request.kind) {
    case 'permission':
    case 'plan':
      return isAllowed ? { behavior: 'allow' } : denial
    case 'question': {
      const answers = Object.fromEntries(request.questions.map((one) => [one.question, 'yes']))
      return isAllowed ? { behavior: 'allow', updatedInput: { ...request.input, answers } } : denial
    }
    case 'elicitation':
      return isAllowed ? { action: 'accept', content: { ok: true } } : { action: 'decline' }
    default:
      return request satisfies never
  }
}

/** All that is asked names the prompt of which it is. */
export function nameOf({ request }: Pick<StoredRequest, 'request'>): string {
  return /\bp\d+/.exec(JSON.stringify(request))?.[0] ?? ''
}
