import { openCallsOf, untoldCallsOf } from '../../store/request-answers.ts'
import type { Decision } from './decide.ts'
import type { Serve, Worker } from './worker-parts.ts'

/**
 * A result that is to be looked at does not count yet. And a run whose agent was lost while a tool of
 * hostler's waited for an answer is not tried again before it is there: the next agent would ask under
 * another id, and a human would be asked twice.
 */
export async function toFinalDecision(
  { context: { store } }: Pick<Worker, 'context'>,
  { run, cancel }: Pick<Serve, 'run' | 'cancel'>,
  decision: Decision,
): Promise<Decision> {
  if (decision.kind === 'end' && decision.state === 'succeeded' && run.review === 1) {
    return { kind: 'review' }
  }
  if (decision.kind !== 'retry' || cancel.signal.aborted) return decision
  const hasCalls =
    (await openCallsOf(store, run.id)).length > 0 || (await untoldCallsOf(store, run.id)).length > 0
  if (!hasCalls) return decision
  return { kind: 'park', on: 'human', reason: 'what its agent has asked' }
}
