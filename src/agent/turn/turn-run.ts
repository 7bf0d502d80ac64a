import type { AgentEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import type { EventStream } from '../log/event-stream.ts'
import { noCost, type CostBaseline } from './cost.ts'
import type { Loose } from '../messages/loose.ts'
import type { StopCause } from './stop-outcome.ts'
import { newTurnEvidence, type TurnEvidence } from './turn-evidence.ts'

/** One prompt and what comes of it. Iterating gives its events from the beginning, then live. */
export type Turn = AsyncIterable<AgentEvent> & {
  /** The uuid that the prompt is sent with. The CLI runs each only once. */
  readonly promptId: string
  /** Settles when the turn is over, however it ended; never rejects. */
  readonly result: Promise<TurnResult>
}

/** A turn as the agent keeps it. */
export type TurnRun = {
  readonly turn: Turn
  readonly userMessage: Loose
  readonly evidence: TurnEvidence
  readonly settled: PromiseWithResolvers<TurnResult>
  phase: 'queued' | 'running' | 'over'
  /** Why hostler ends it: the first cause stands. */
  cause: StopCause | null
  /** Something is being done about `cause`. */
  isEnding: boolean
  /** Resolves when the prompt is on its way, or never will be. */
  readonly begun: PromiseWithResolvers<void>
  /** Who follows it live. */
  readonly streams: Set<EventStream>
  /** What it is to be told apart from when the figures are cumulative. */
  baseline: CostBaseline
  /** What the turns before it, in the same process, have cost. */
  spentUsd: number
  /** Epoch milliseconds. */
  sentAt: number
  /** How long of the time since then a human was awaited. */
  awaitedMs: number
  /** Its part of the log. */
  from: number
  to: number
}

export function newTurnRun(options: {
  promptId: string
  userMessage: Loose
  wantsStructuredOutput: boolean
  iterate: (run: TurnRun) => AsyncIterator<AgentEvent>
}): TurnRun {
  const settled = Promise.withResolvers<TurnResult>()
  const run: TurnRun = {
    turn: {
      promptId: options.promptId,
      result: settled.promise,
      [Symbol.asyncIterator]: () => options.iterate(run),
    },
    userMessage: options.userMessage,
    evidence: newTurnEvidence(options.promptId, options.wantsStructuredOutput),
    settled,
    phase: 'queued',
    cause: null,
    isEnding: false,
    begun: Promise.withResolvers<void>(),
    streams: new Set(),
    baseline: noCost,
    spentUsd: 0,
    sentAt: 0,
    awaitedMs: 0,
    from: 0,
    to: 0,
  }
  return run
}
