import type {
  CanUseTool,
  ElicitationResult,
  OnElicitation,
  PermissionResult,
} from '../../agent/index.ts'
import type { AgentRequest, PermissionRequest, ReviewRequest } from '../../events/human-request.ts'
import type { Io } from '../io.ts'
import { askElicitation } from './ask-elicitation.ts'
import { askPermission, type PermissionAnswer } from './ask-permission.ts'
import { askPlan } from './ask-plan.ts'
import { askQuestions } from './ask-questions.ts'
import { askReview } from './ask-review.ts'
import type { Asking } from './asking.ts'
import { loadKeyboard } from './keyboard.ts'
import type { Screen } from './screen.ts'

/** Asks a person. */
export type HumanAsker = {
  /** For an agent of this process: what it is started or attached with. */
  answerer: { canUseTool: CanUseTool; onElicitation: OnElicitation }
  /** A permission of an agent of hostler's, which keeps what is granted for a session. */
  permission: (request: PermissionRequest, signal: AbortSignal) => Promise<PermissionAnswer>
  review: (request: ReviewRequest, signal: AbortSignal) => Promise<PermissionResult>
}

/**
 * Answers an agent's requests with the keyboard, one after the other. Ctrl-C and Esc at a question
 * interrupt the turn: `onCancel`.
 */
export function createHumanAsker(io: Io, screen: Screen, onCancel: () => void): HumanAsker {
  let last: Promise<unknown> = Promise.resolve()

  /** Several tools may ask at once, and there is one keyboard. */
  async function inTurn<Answer>(
    signal: AbortSignal,
    ask: (asking: Asking) => Promise<Answer | null>,
  ): Promise<Answer> {
    const before = last
    const done = Promise.withResolvers<void>()
    last = done.promise
    await before
    const resume = screen.suspend()
    try {
      const answer = signal.aborted ? null : await ask(await asking(signal))
      if (answer !== null) return answer
    } finally {
      resume()
      done.resolve()
    }
    if (signal.aborted) screen.note(screen.paint.dim('· the question was withdrawn'))
    else onCancel()
    // The interrupt closes the request; until then it stays open.
    return await new Promise<Answer>(() => undefined)
  }

  async function asking(signal: AbortSignal): Promise<Asking> {
    const keyboard = await loadKeyboard(io, signal)
    return { keyboard, screen, print: (line) => io.stderr.write(`${line}\n`) }
  }

  return {
    answerer: {
      canUseTool: (_name, _input, { request, signal }) =>
        inTurn<PermissionResult>(signal, (asking) => askFor(request, asking)),
      onElicitation: (request, { signal }) =>
        inTurn<ElicitationResult>(signal, (asking) => askElicitation(request, asking)),
    },
    permission: (request, signal) =>
      inTurn(signal, (asking) => askPermission(request, asking, { keepsGrants: true })),
    review: (request, signal) => inTurn(signal, (asking) => askReview(request, asking)),
  }
}

async function askOnce(
  request: PermissionRequest,
  asking: Asking,
): Promise<PermissionResult | null> {
  const answer = await askPermission(request, asking, { keepsGrants: false })
  if (answer === null || answer.behavior === 'deny') return answer
  const { scope: _scope, ...rest } = answer
  return rest
}

async function askFor(request: AgentRequest, asking: Asking): Promise<PermissionResult | null> {
  switch (request.kind) {
    case 'permission':
      return await askOnce(request, asking)
    case 'question':
      return await askQuestions(request, asking)
    case 'plan':
      return await askPlan(request, asking)
    case 'elicitation':
      // Comes by onElicitation.
      return null
    default:
      return request satisfies never
  }
}
