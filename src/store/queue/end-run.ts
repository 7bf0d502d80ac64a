import { sql } from 'kysely'
import type { Outcome } from '../../events/outcome.ts'
import type { TurnError } from '../../events/turn-result.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { closeRequest, openRequestsOf } from '../requests.ts'
import { removeRunTokens } from '../run-tokens.ts'
import { toStorableText } from '../storable-text.ts'
import { toUsd } from '../../util/money.ts'
import { rollUp } from '../money/roll-up.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import { tellDependents } from './dependencies.ts'
import type { LockedSession } from './lock-sessions.ts'
import { recordRun } from './record-run.ts'
import { wakeParent } from './wake.ts'

/** What came of a run. */
export type RunEnd = {
  state: 'succeeded' | 'failed' | 'cancelled'
  outcome: Outcome
  text: string
  error: TurnError | null
  structuredOutput?: unknown
  /** How long the session's transcript is now. */
  transcriptBytes?: number | null
}

/** A run's totals as its row is to have them. */
export function totalsOf(
  run: RunRow,
): Pick<RunRow, 'cost_micros' | 'input_tokens' | 'output_tokens'> {
  const { cost_micros, input_tokens, output_tokens } = run
  return { cost_micros, input_tokens, output_tokens }
}

/**
 * Ends a run of a locked session: what it asked is withdrawn, its parent is woken by the last child, and
 * those that depend on it are told.
 * The parent's session must be locked, too. The run's totals are stored as they are given.
 */
export async function endRun(
  tx: Tx,
  { session, run, end }: { session: LockedSession; run: RunRow; end: RunEnd },
): Promise<RunRow> {
  const { state, outcome, error } = end
  const ended = await tx.db
    .updateTable('runs')
    .set({
      ...totalsOf(run),
      ...toResultColumns(end),
      state,
      waiting_on: null,
      waiting_until: null,
      waiting_reason: null,
      ended_at: session.now,
    })
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  for (const { id } of await openRequestsOf(tx, run.id)) {
    await closeRequest(tx, id, { state: 'withdrawn', by: null })
  }
  await removeRunTokens(tx, run.id)
  const durationMs = await sumDurations(tx, run.id)
  const costUsd = toUsd(ended.cost_micros)
  await appendInTx(tx, session.id, {
    runId: run.id,
    events: [{ type: 'run_ended', state, outcome, text: end.text, error, costUsd, durationMs }],
    set: { run_count: sql<number>`run_count + 1` },
  })
  await recordRun(tx, ended)
  await tellDependents(tx, { id: run.id, state })
  await rollUp(tx, ended)
  await wakeParent(tx, run.parent_run_id)
  return ended
}

/** A result as the run's row has it. */
export function toResultColumns(
  result: Omit<RunEnd, 'state'>,
): Pick<RunRow, 'outcome' | 'text' | 'error' | 'structured_output' | 'transcript_bytes'> {
  const { outcome, error, structuredOutput, transcriptBytes = null } = result
  return {
    outcome,
    text: toStorableText(result.text),
    error: error === null ? null : JSON.stringify(error),
    structured_output: structuredOutput === undefined ? null : JSON.stringify(structuredOutput),
    transcript_bytes: transcriptBytes,
  }
}

/** Time in turns, without that between them. */
async function sumDurations(tx: Tx, runId: string): Promise<number> {
  const { duration } = await tx.db
    .selectFrom('attempts')
    .select((eb) =>
      eb.fn.sum<number | null>(eb('ended_at', '-', eb.ref('started_at'))).as('duration'),
    )
    .where('run_id', '=', runId)
    .where('ended_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return duration ?? 0
}
