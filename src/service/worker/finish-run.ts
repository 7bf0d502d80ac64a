import { randomUUID } from 'node:crypto'
import type { ServiceEvent } from '../../events/session-event.ts'
import type { TurnError, TurnResult } from '../../events/turn-result.ts'
import { toError } from '../../util/to-error.ts'
import type { RunEnd } from '../../store/queue/end-run.ts'
import { settleRun, type SettleRun } from '../../store/queue/settle-run.ts'
import { queuedByPromptId } from '../../store/runs/steering-runs.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { toMicros } from '../../util/money.ts'
import { tellRunEnded } from '../deliver/tell-run-ended.ts'
import { warnOfBudgets } from '../money/warn-of-budgets.ts'
import { observeRunEnd } from '../observe-run-end.ts'
import { wasAlreadyTaken } from './already-taken.ts'
import type { Decision } from './decide.ts'
import { noteApiEnd } from './note-api-end.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import { toFileRequest, toReview } from './own-requests.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** What came of an attempt, whether or not a turn came of it. */
export type AttemptEnd = Pick<TurnResult, 'outcome' | 'text' | 'error' | 'retryAt' | 'costUsd'> &
  Partial<
    Pick<
      TurnResult,
      | 'usage'
      | 'apiStatus'
      | 'exit'
      | 'structuredOutput'
      | 'sessionId'
      | 'steeredPromptIds'
      | 'unansweredPromptIds'
    >
  >

/** What is noted with it, where it is known. */
export type AttemptNotes = {
  attempt: AttemptRow | null
  former: readonly AttemptRow[]
  claudeVersion: string | null
  logTo: number | null
  transcriptBytes: number | null
  cwd: string | null
}

/** Writes the attempt's end and what follows from it, and gives the session back: one transaction. */
export async function finishRun(
  worker: Worker,
  serve: Serve,
  { end, notes, decision: decided }: { end: AttemptEnd; notes: AttemptNotes; decision: Decision },
): Promise<void> {
  const { run, lease, session } = serve
  const { attempt } = notes
  const { store, log, configuration } = worker.context
  const decision = await noteApiEnd(worker, serve, { end, notes, decision: decided })
  const events: ServiceEvent[] = []
  if (attempt !== null) {
    const { outcome, error, costUsd } = end
    events.push({
      type: 'attempt_ended',
      attempt: attempt.number,
      attemptId: attempt.id,
      outcome,
      error,
      costUsd,
    })
  }
  const settle: SettleRun = {
    runId: run.id,
    ...(attempt === null ? {} : { attempt: toAttemptEnd(attempt, end, notes) }),
    to: toNext(worker, serve, { end, notes, decision }),
    session: {
      homeWorker: worker.id,
      ...toClaudeSession(end, decision),
      ...(notes.cwd === null ? {} : { cwd: notes.cwd }),
    },
    events,
    deliveries: (ended) => tellRunEnded(configuration().webhooks, { run: ended, session }),
  }
  const settled = await retryWhileHeld(serve, log, async () => {
    const { steeredPromptIds = [], unansweredPromptIds = [] } = end
    const sessionId = session.id
    // One that was answered has ended well, also where the run whose turn it joined was interrupted.
    const answered = await queuedByPromptId(store, { sessionId, promptIds: steeredPromptIds })
    const steered = answered.map(({ id: runId }) => ({ runId, end: toSteeredEnd(settle.to, end) }))
    // What was not answered before the turn ended has its own turn next, under another id, as the agent
    // would do nothing for one that it knows.
    const open = await queuedByPromptId(store, { sessionId, promptIds: unansweredPromptIds })
    const unanswered = open.map(({ id: runId }) => ({ runId, promptId: randomUUID() }))
    return await settleRun(store, lease, { ...settle, steered, unanswered })
  })
  for (const one of [settled.run, ...settled.steered]) {
    observeRunEnd(worker.context, { run: one, session })
  }
  if (attempt !== null) await warnOfBudgets(worker.context, { session, run: settled.run })
}

function toSteeredEnd(to: SettleRun['to'], { text }: AttemptEnd): RunEnd {
  if (to.kind === 'end' && to.state === 'succeeded') return to
  return { state: 'succeeded', outcome: 'ok', text, error: null }
}

/** Which conversation the session goes on with: a new one where the old one is lost and it may be. */
function toClaudeSession(
  { outcome, sessionId }: AttemptEnd,
  decision: Decision,
): { claudeSessionId?: string | null } {
  if (outcome === 'session_not_found')
    return decision.kind === 'retry' ? { claudeSessionId: null } : {}
  return sessionId === undefined || sessionId === null ? {} : { claudeSessionId: sessionId }
}

function toAttemptEnd(
  attempt: AttemptRow,
  end: AttemptEnd,
  notes: AttemptNotes,
): SettleRun['attempt'] {
  return {
    id: attempt.id,
    outcome: end.outcome,
    error: end.error,
    apiStatus: end.apiStatus ?? null,
    exit: end.exit ?? null,
    costMicros: end.costUsd === null ? null : toMicros(end.costUsd),
    usage: end.usage ?? null,
    claudeVersion: notes.claudeVersion,
    claudeSessionId: end.sessionId ?? null,
    logTo: notes.logTo,
  }
}

function toNext(
  worker: Worker,
  serve: Serve,
  { end, notes, decision }: { end: AttemptEnd; notes: AttemptNotes; decision: Decision },
): SettleRun['to'] {
  const { text, structuredOutput } = end
  const { transcriptBytes } = notes
  const result = {
    text,
    transcriptBytes,
    ...(structuredOutput === undefined ? {} : { structuredOutput }),
  }
  if (decision.kind === 'park') {
    const { on, reason } = decision
    // What is told to the agent then is a prompt of its own.
    const asked =
      decision.question === undefined
        ? {}
        : toFileRequest(worker.context, serve, {
            question: decision.question,
            attempt: notes.attempt,
          })
    return { kind: 'wait', on, until: null, reason, promptId: randomUUID(), ...asked }
  }
  if (decision.kind === 'review') {
    const { outcome, error } = end
    return {
      kind: 'wait',
      on: 'human',
      until: null,
      reason: outcome === 'ok' ? 'its result is to be looked at' : `what to do after ${outcome}`,
      promptId: randomUUID(),
      result: { ...result, outcome, error },
      ...toReview(worker.context, serve, { end, attemptId: notes.attempt?.id ?? null }),
    }
  }
  if (decision.kind === 'retry') {
    return {
      kind: 'wait',
      on: 'time',
      until: worker.context.store.clock() + decision.delayMs,
      reason: decision.reason,
      // The CLI knows the old one, also of a turn that was interrupted in good order, and would do nothing.
      ...(wasAlreadyTaken(end) || isKnown.has(end.error?.code ?? '')
        ? { promptId: randomUUID() }
        : {}),
    }
  }
  return {
    kind: 'end',
    state: decision.state,
    outcome: decision.state === 'cancelled' ? 'cancelled' : end.outcome,
    error: decision.state === 'succeeded' ? null : end.error,
    ...result,
  }
}

/** Of turns that ended in good order: their prompts are in the conversation. */
const isKnown: ReadonlySet<string> = new Set(['cancelled', 'budget_exceeded'])

/** An attempt that ended before there was a turn. */
export function endedWithout(outcome: TurnResult['outcome'], problem: unknown): AttemptEnd {
  return { outcome, text: '', error: toTurnError(problem), retryAt: null, costUsd: 0 }
}

function toTurnError(problem: unknown): TurnError {
  const error = toError(problem)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'internal'
  const cure = 'cure' in error && typeof error.cure === 'string' ? error.cure : null
  return { code, message: error.message, cure }
}
