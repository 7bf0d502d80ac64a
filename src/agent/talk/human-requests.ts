import { toError } from '../../util/to-error.ts'
import type { AgentRequest, RequestEnd } from '../../events/human-request.ts'
import { hostlerError } from '../../errors.ts'
import type { Loose } from '../messages/loose.ts'
import type {
  CanUseTool,
  ElicitationResult,
  OnElicitation,
  PermissionResult,
} from '../options/options.ts'
import { parseAnswer } from '../options/parse-answer.ts'

/** Who answers, and how long one waits for that. */
export type Answerer = {
  canUseTool?: CanUseTool | undefined
  onElicitation?: OnElicitation | undefined
  requestTimeoutMs?: number | undefined
}

export type HumanRequests = {
  readonly open: readonly AgentRequest[]
  /** The CLI asks. */
  add(request: AgentRequest): void
  /** @throws request_not_open, invalid_option */
  answer(id: string, answer: PermissionResult | ElicitationResult): void
  /** The CLI has withdrawn the request. */
  withdraw(id: string): void
  /** Nobody can answer any more. */
  withdrawAll(): void
}

type Open = { request: AgentRequest; controller: AbortController; timer: NodeJS.Timeout | null }

/** Keeps what is asked of humans: each request is told once, and answered at most once. */
export function createHumanRequests(options: {
  answerer: Answerer
  /** Sends the answer to the CLI: a `control_response`'s inner part. */
  respond: (id: string, response: Loose) => void
  onClosed: (id: string, how: RequestEnd) => void
  onDeniedTurn: () => void
}): HumanRequests {
  const { answerer, respond, onClosed, onDeniedTurn } = options
  const open = new Map<string, Open>()
  const closed = new Map<string, RequestEnd>()

  function find(id: string): Open {
    const found = open.get(id)
    if (found !== undefined) return found
    throw hostlerError('request_not_open', { id, how: closed.get(id) ?? 'unknown' })
  }

  function close(id: string, how: RequestEnd): void {
    const found = find(id)
    open.delete(id)
    closed.set(id, how)
    if (found.timer !== null) clearTimeout(found.timer)
    found.controller.abort(hostlerError('request_not_open', { id, how }))
  }

  function send(id: string, answer: PermissionResult | ElicitationResult, how: RequestEnd): void {
    const { request } = find(id)
    const parsed = parseAnswer(request, answer)
    close(id, how)
    if ('interrupt' in parsed && parsed.interrupt) onDeniedTurn()
    respond(id, { subtype: 'success', response: withInput(request, parsed) })
    onClosed(id, how)
  }

  function expire(request: AgentRequest): void {
    const denial: PermissionResult = { behavior: 'deny', message: 'Nobody answered in time.' }
    send(request.id, request.kind === 'elicitation' ? { action: 'cancel' } : denial, 'expired')
  }

  async function ask(request: AgentRequest, signal: AbortSignal): Promise<void> {
    if (request.kind === 'elicitation') {
      const answer = await answerer.onElicitation?.(request, { signal })
      if (answer !== undefined && !signal.aborted) send(request.id, answer, 'answered')
      return
    }
    const answer = await answerer.canUseTool?.(toolNameOf(request), request.input, {
      signal,
      toolUseId: request.toolUseId,
      suggestions: request.kind === 'permission' ? request.suggestions : [],
      blockedPath: request.kind === 'permission' ? request.blockedPath : null,
      request,
    })
    if (answer !== undefined && !signal.aborted) send(request.id, answer, 'answered')
  }

  return {
    get open() {
      return [...open.values()].map((one) => one.request)
    },
    add(request) {
      if (open.has(request.id) || closed.has(request.id)) return
      const controller = new AbortController()
      const { requestTimeoutMs } = answerer
      const timer =
        requestTimeoutMs === undefined ? null : setTimeout(() => expire(request), requestTimeoutMs)
      open.set(request.id, { request, controller, timer })
      ask(request, controller.signal).catch((error: unknown) => {
        // The answerer failed: the agent hears it as a denial and goes on.
        if (!open.has(request.id)) return
        close(request.id, 'answered')
        respond(request.id, { subtype: 'error', error: toError(error).message })
        onClosed(request.id, 'answered')
      })
    },
    answer(id, answer) {
      send(id, answer, 'answered')
    },
    withdraw(id) {
      if (!open.has(id)) return
      close(id, 'withdrawn')
    },
    withdrawAll() {
      for (const id of open.keys()) {
        close(id, 'withdrawn')
        onClosed(id, 'withdrawn')
      }
    },
  }
}

function toolNameOf(request: Exclude<AgentRequest, { kind: 'elicitation' }>): string {
  switch (request.kind) {
    case 'permission':
      return request.toolName
    case 'question':
      return 'AskUserQuestion'
    case 'plan':
      return 'ExitPlanMode'
    default:
      return request satisfies never
  }
}

/** The CLI wants the input that is allowed, changed or not. */
function withInput(request: AgentRequest, answer: PermissionResult | ElicitationResult): Loose {
  if ('behavior' in answer && answer.behavior === 'allow') {
    return { ...answer, updatedInput: answer.updatedInput ?? request.input }
  }
  return { ...answer }
}
