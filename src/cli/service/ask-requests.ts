import type { RequestAnswer } from '../../client/index.ts'
import { HostlerError } from '../../errors.ts'
import type { HumanRequest } from '../../events/human-request.ts'
import type { SessionEvent } from '../../events/session-event.ts'
import { createHumanAsker } from '../terminal/ask-human.ts'
import type { Screen } from '../terminal/screen.ts'
import type { Service } from './with-hostler.ts'

/** Asks the person at the terminal what a run asks, until somebody has answered. */
export type RequestAsker = {
  event(event: SessionEvent): void
  /** Withdraws the questions that are still shown. */
  close(): void
}

export function createRequestAsker(
  { hostler, io, leaving, signal }: Service,
  run: { id: string; screen: Screen },
): RequestAsker {
  const { screen } = run
  const open = new Map<string, AbortController>()
  const asker = createHumanAsker(io, screen, () => leaving.interrupt())

  async function ask(request: HumanRequest, withdrawn: AbortSignal): Promise<void> {
    const { items } = await hostler.requests.list({ runId: run.id, state: 'open' }, { signal })
    // A request that is read from the past may have been answered.
    const stored = items.find((one) => one.request.id === request.id)
    if (stored === undefined || withdrawn.aborted) return
    const answer = await answerOf(request, withdrawn)
    await hostler.requests.answer(stored.id, answer, { signal })
  }

  async function answerOf(request: HumanRequest, withdrawn: AbortSignal): Promise<RequestAnswer> {
    if (request.kind === 'review') return await asker.review(request, withdrawn)
    if (request.kind === 'elicitation') {
      return await asker.answerer.onElicitation(request, { signal: withdrawn })
    }
    if (request.kind === 'permission') return await asker.permission(request, withdrawn)
    return await asker.answerer.canUseTool(request.kind, request.input, {
      request,
      signal: withdrawn,
      toolUseId: request.toolUseId,
      suggestions: [],
      blockedPath: null,
    })
  }

  function onFailure(error: unknown): void {
    if (signal.aborted) return
    const isLate = error instanceof HostlerError && error.code === 'request_not_open'
    const words = error instanceof Error ? error.message : String(error)
    screen.note(screen.paint.dim(isLate ? '· somebody else has answered' : `· ${words}`))
  }

  return {
    event(event) {
      if (event.type === 'request_opened') {
        const withdrawal = new AbortController()
        open.set(event.request.id, withdrawal)
        ask(event.request, withdrawal.signal).catch(onFailure)
      } else if (event.type === 'request_closed') {
        open.get(event.requestId)?.abort()
        open.delete(event.requestId)
      }
    },
    close() {
      for (const one of open.values()) one.abort()
      open.clear()
    },
  }
}
