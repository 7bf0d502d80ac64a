import type { Outcome } from '../../events/outcome.ts'
import type { ProcessExit, TurnError, Usage } from '../../events/turn-result.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import type { LockedSession } from './lock-sessions.ts'

/** What came of an attempt; money in micro-dollars. */
export type AttemptEnd = {
  id: string
  outcome: Outcome
  error: TurnError | null
  exit: ProcessExit | null
  /** null: nobody knows. */
  costMicros: number | null
  usage: Usage | null
  claudeVersion: string | null
  claudeSessionId: string | null
  /** Where its part of the agent's log ends, in bytes. */
  logTo: number | null
}

/** Ends an attempt, and adds what it took to its run and session. Once: a second end adds nothing. */
export async function endAttempt(
  tx: Tx,
  { session, run, end }: { session: LockedSession; run: RunRow; end: AttemptEnd },
): Promise<void> {
  const { usage } = end
  const costMicros = Math.round(end.costMicros ?? 0)
  const ended = await tx.db
    .updateTable('attempts')
    .set({
      outcome: end.outcome,
      error: end.error === null ? null : JSON.stringify(end.error),
      exit: end.exit === null ? null : JSON.stringify(end.exit),
      cost_micros: end.costMicros === null ? null : costMicros,
      usage: usage === null ? null : JSON.stringify(usage),
      model: usage === null ? null : mainModel(usage),
      log_to: end.logTo,
      ...(end.claudeVersion === null ? {} : { claude_version: end.claudeVersion }),
      ...(end.claudeSessionId === null ? {} : { claude_session_id: end.claudeSessionId }),
      ended_at: session.now,
    })
    .where('id', '=', end.id)
    .where('run_id', '=', run.id)
    .where('ended_at', 'is', null)
    .returning('started_at')
    .executeTakeFirst()
  if (ended === undefined) return
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {}
  const durationMs = Math.max(0, session.now - ended.started_at)
  await tx.db
    .updateTable('runs')
    .set((eb) => ({
      cost_micros: eb('cost_micros', '+', costMicros),
      input_tokens: eb('input_tokens', '+', inputTokens),
      output_tokens: eb('output_tokens', '+', outputTokens),
    }))
    .where('id', '=', run.id)
    .execute()
  await tx.db
    .updateTable('sessions')
    .set((eb) => ({
      cost_micros: eb('cost_micros', '+', costMicros),
      input_tokens: eb('input_tokens', '+', inputTokens),
      output_tokens: eb('output_tokens', '+', outputTokens),
      duration_ms: eb('duration_ms', '+', durationMs),
    }))
    .where('id', '=', session.id)
    .execute()
}

/** The one that cost most: others are of subagents and small tasks. */
function mainModel({ byModel }: Usage): string | null {
  const models = Object.entries(byModel).toSorted(([, a], [, b]) => b.costUsd - a.costUsd)
  return models[0]?.[0] ?? null
}
