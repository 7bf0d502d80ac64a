import { findByControlId } from '../../store/requests.ts'
import { pendingCallsOf } from '../../store/request-answers.ts'
import type { Decision } from './decide.ts'
import { readQuestionFile } from './question-file.ts'
import type { Serve, Worker } from './worker-parts.ts'

/**
 * What a decision becomes when a human is to be asked first: a question that the turn has left in its
 * file; a result that is to be looked at; an agent that was lost while a tool of hostler's waited for an
 * answer: the next one would ask under another id, and a human would be asked twice.
 */
export async function toFinalDecision(
  { context: { store } }: Pick<Worker, 'context'>,
  { run, cancel, agent }: Pick<Serve, 'run' | 'cancel' | 'agent'>,
  decision: Decision,
): Promise<Decision> {
  const isCancelled = decision.kind === 'end' && decision.state === 'cancelled'
  if (isCancelled || cancel.signal.aborted) return decision
  const left =
    agent === null ? null : await readQuestionFile(agent.questionFile, { now: store.clock() })
  // One that is on record already was asked before a crash that left the file.
  if (left !== null && agent !== null) {
    const known = await findByControlId(store, agent.id, left.controlId)
    if (known === null) {
      const { on, reason } = fileWait
      return { kind: 'park', on, reason, question: left }
    }
  }
  if (decision.kind === 'end' && decision.state === 'succeeded' && run.review === 1) {
    return { kind: 'review' }
  }
  if (decision.kind !== 'retry') return decision
  if ((await pendingCallsOf(store, run.id)).length === 0) return decision
  return { kind: 'park', on: 'human', reason: 'what its agent has asked' }
}

const fileWait = { on: 'human', reason: 'a question that its turn has left in a file' } as const
