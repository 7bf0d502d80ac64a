import type { ServiceEvent } from '../../events/session-event.ts'
import type { TurnError, TurnResult } from '../../events/turn-result.ts'
import { toError } from '../../util/to-error.ts'
import { settleRun, type SettleRun } from '../../store/queue/settle-run.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { toMicros } from '../../util/money.ts'
import { decide, type Decision } from './decide.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** What came of an attempt, whether or not a turn came of it. */
export type AttemptEnd = Pick<TurnResult, 'outcome' | 'text' | 'error' | 'retryAt' | 'costUsd'> &
  Partial<Pick<TurnResult, 'usage' | 'exit' | 'structuredOutput' | 'sessionId'>>

/** What is noted with it, where it is known. */
export type AttemptNotes = {
  attempt: AttemptRow | null
  former: readonly AttemptRow[]
  claudeVersion: string | null
  logTo: number | null
  transcriptBytes: number | null
  cwd: string | null
}

/** A run that was tried so often is given up, whoever is to blame. */
const mostAttempts = 50

/** Outcomes that are not the run's own failure: they spend none of its tries. */
const unspent = new Set(['lost', 'rate_limited', 'cancelled'])

/** What becomes of the run now. */
export function decideRun(
  serve: Serve,
  end: AttemptEnd,
  notes: AttemptNotes,
  maxAttempts: number,
): Decision {
  const { former } = notes
  if (serve.cancel.signal.aborted && end.outcome !== 'ok')
    return { kind: 'end', state: 'cancelled' }
  const failures = former.filter(({ outcome }) => outcome !== null && !unspent.has(outcome))
  const spent = failures.length + (unspent.has(end.outcome) ? 0 : 1)
  const decision = decide(
    { ...end, now: Date.now() },
    { spent, max: maxAttempts, random: Math.random },
  )
  const isTooMuch = decision.kind === 'retry' && former.length + 1 >= mostAttempts
  return isTooMuch ? { kind: 'end', state: 'failed' } : decision
}

/** Writes the attempt's end and what follows from it, and gives the session back: one transaction. */
export async function finishRun(
  worker: Worker,
  serve: Serve,
  { end, notes, decision }: { end: AttemptEnd; notes: AttemptNotes; decision: Decision },
): Promise<void> {
  const { run, lease } = serve
  const { attempt } = notes
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
    to: toNext(end, notes, decision),
    session: {
      homeWorker: worker.id,
      ...(end.sessionId === undefined || end.sessionId === null
        ? {}
        : { claudeSessionId: end.sessionId }),
      ...(notes.cwd === null ? {} : { cwd: notes.cwd }),
    },
    events,
  }
  await retryWhileHeld(serve, worker.context.log, () =>
    settleRun(worker.context.store, lease, settle),
  )
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
    exit: end.exit ?? null,
    costMicros: end.costUsd === null ? null : toMicros(end.costUsd),
    usage: end.usage ?? null,
    claudeVersion: notes.claudeVersion,
    claudeSessionId: end.sessionId ?? null,
    logTo: notes.logTo,
  }
}

function toNext(end: AttemptEnd, notes: AttemptNotes, decision: Decision): SettleRun['to'] {
  if (decision.kind === 'retry') {
    return {
      kind: 'wait',
      on: 'time',
      until: Date.now() + decision.delayMs,
      reason: decision.reason,
    }
  }
  return {
    kind: 'end',
    state: decision.state,
    outcome: decision.state === 'cancelled' ? 'cancelled' : end.outcome,
    text: end.text,
    error: decision.state === 'succeeded' ? null : end.error,
    transcriptBytes: notes.transcriptBytes,
    ...(end.structuredOutput === undefined ? {} : { structuredOutput: end.structuredOutput }),
  }
}

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
