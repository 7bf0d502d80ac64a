import type { StoredRequest } from '../../client/index.ts'
import { clock } from '../clock.ts'
import type { Io } from '../io.ts'
import { describeCall } from '../terminal/describe-call.ts'
import { describeSuggestion } from '../terminal/describe-suggestions.ts'
import { safeText } from '../terminal/safe-text.ts'
import { describeAnswer } from './describe-answer.ts'
import { printDetails, printHeading } from './details.ts'

/** A request, with all that has to be known to answer it. */
export function describeStoredRequest(stored: StoredRequest, io: Io): void {
  printDetails(io, {
    request: stored.id,
    kind: stored.kind,
    state: stored.state,
    cure: stored.state === 'open' ? howToAnswer(stored) : null,
    session: stored.sessionKey ?? stored.sessionId,
    run: stored.runId,
    opened: clock(stored.openedAt),
    expires: stored.expiresAt === null ? null : clock(stored.expiresAt),
    closed: stored.closedAt === null ? null : clock(stored.closedAt),
    'answered by': stored.answeredBy,
    answer: describeAnswer(stored),
  })
  printHeading(io, 'what is asked')
  for (const line of whatIsAsked(stored)) io.stdout.write(`${safeText(line)}\n`)
}

/** The whole of it: what is cut off cannot be judged. */
function whatIsAsked({ request }: StoredRequest): string[] {
  switch (request.kind) {
    case 'permission':
      return [
        `${request.toolName} wants to run:`,
        ...describeCall(request.input),
        ...request.suggestions.map((one, index) => `rule ${index + 1}: ${describeSuggestion(one)}`),
      ]
    case 'question':
      return request.questions.flatMap(({ question, options, multiSelect }) => [
        `${question}${multiSelect ? ' (several)' : ''}`,
        ...options.map(({ label, description }) =>
          description === '' ? `  ${label}` : `  ${label}: ${description}`,
        ),
      ])
    case 'plan':
      return request.plan.split('\n')
    case 'elicitation':
      return [
        `${request.serverName}: ${request.message}`,
        ...(request.url === null ? [] : [request.url]),
        ...(request.requestedSchema === null ? [] : [JSON.stringify(request.requestedSchema)]),
      ]
    case 'review':
      return [
        request.outcome === 'ok'
          ? 'The result, to be accepted or sent back with a comment:'
          : `It ended with ${request.outcome}: to be left at that, or tried again:`,
        ...(request.error === null ? [] : [request.error.message]),
        ...request.text.split('\n'),
      ]
    default:
      return request satisfies never
  }
}

/** The command that answers it. */
export function howToAnswer({ id, kind }: Pick<StoredRequest, 'id' | 'kind'>): string {
  switch (kind) {
    case 'permission':
      return `hostler answer ${id} --allow, --allow --for-session, --allow --rule <n>, or --deny`
    case 'plan':
      return `hostler answer ${id} --allow, or --deny`
    case 'question':
      return `hostler answer ${id} --choice "…", or --text "…"`
    case 'elicitation':
      return `hostler answer ${id} --allow, --deny, or --content '{…}'`
    case 'review':
      return `hostler answer ${id} --allow, or --deny "what is to be done otherwise"`
    default:
      return kind satisfies never
  }
}
