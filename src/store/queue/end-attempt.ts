import type { Outcome } from '../../events/outcome.ts'
import type { ProcessExit, TurnError, Usage } from '../../events/turn-result.ts'
import { settleSpending } from '../money/settle-spending.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import type { LockedSession } from './lock-sessions.ts'

/** What came of an attempt; money in micro-dollars. */
export type AttemptEnd = {
  id: string
  outcome: Outcome
  error: TurnError | null
  /** HTTP status of the API error that ended it, where one did. */
  apiStatus?: number | null
  exit: ProcessExit | null
  /** null: nobody knows. */
  costMicros: number | null
  usage: Usage | null
  claudeVersion: string | null
  claudeSessionId: string | null
  /** Where its part of the agent's log ends, in bytes. */
  logTo: number | null
}

/** What an attempt took: to be added to its run and session. */
export type Spent = {
  costMicros: number
  inputTokens: number
  outputTokens: number
  durationMs: number
}

/** Ends an attempt. Once: of a second end, there is nothing to add. */
export async function endAttempt(
  tx: Tx,
  { session, run, end }: { session: LockedSession; run: RunRow; end: AttemptEnd },
): Promise<Spent> {
  const { usage } = end
  const costMicros = Math.round(end.costMicros ?? 0)
  const ended = await tx.db
    .updateTable('attempts')
    .set({
      outcome: end.outcome,
      error: end.error === null ? null : JSON.stringify(end.error),
      api_status: end.apiStatus ?? null,
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
    .returning(['started_at', 'account_id'])
    .executeTakeFirst()
  if (ended === undefined) return nothing
  const attempt = { id: end.id, account_id: ended.account_id }
  await settleSpending(tx, { session, run, attempt, costMicros, usage })
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {}
  const durationMs = Math.max(0, session.now - ended.started_at)
  return { costMicros, inputTokens, outputTokens, durationMs }
}

/** What there is to add when no attempt has ended. */
export const nothing: Spent = { costMicros: 0, inputTokens: 0, outputTokens: 0, durationMs: 0 }

/** The totals of a run or session whose row nobody else changes meanwhile. */
export function addUp(row: Totals, spent: Spent): Totals {
  return {
    cost_micros: row.cost_micros + spent.costMicros,
    input_tokens: row.input_tokens + spent.inputTokens,
    output_tokens: row.output_tokens + spent.outputTokens,
  }
}

type Totals = Pick<RunRow, 'cost_micros' | 'input_tokens' | 'output_tokens'>

/** The one that cost most: others are of subagents and small tasks. */
function mainModel({ byModel }: Usage): string | null {
  const models = Object.entries(byModel).toSorted(([, a], [, b]) => b.costUsd - a.costUsd)
  return models[0]?.[0] ?? null
}
