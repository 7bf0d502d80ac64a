import type { AttemptRow, RunRow } from '../../store/tables.ts'
import type { Attempt, Run } from '../contract/run.ts'
import type { Held } from '../contract/session.ts'
import { toUsd } from '../../util/money.ts'
import { parseOutcome } from './parse-outcome.ts'
import { toWaiting } from './to-session.ts'

/** What a run's row does not say of it. */
export type RunExtras = {
  sessionKey: string | null
  ahead: number | null
  attempts: readonly AttemptRow[]
  /** What holds it up while it is queued. */
  held: Held | null
  dependsOn: string[]
}

/** A run as it is given out. */
export function toRun(row: RunRow, extras: RunExtras): Run {
  const { sessionKey, ahead, attempts, held, dependsOn } = extras
  return {
    id: row.id,
    sessionId: row.session_id,
    sessionKey,
    ordinal: row.ordinal,
    state: row.state,
    waiting: toWaiting(row),
    held,
    ahead,
    outcome: parseOutcome(row.outcome),
    text: row.text,
    error: row.error === null ? null : JSON.parse(row.error),
    ...(row.structured_output === null
      ? {}
      : { structuredOutput: JSON.parse(row.structured_output) }),
    prompt: JSON.parse(row.prompt),
    options: JSON.parse(row.options),
    labels: JSON.parse(row.labels),
    priority: row.priority,
    onBusy: row.on_busy,
    idempotencyKey: row.idempotency_key,
    parentRunId: row.parent_run_id,
    depth: row.depth,
    retryOf: row.retry_of,
    scheduleId: row.schedule_id,
    review: row.review === 1,
    dependsOn,
    onDependencyFailure: row.on_dependency_failure,
    progress: row.progress === null ? null : JSON.parse(row.progress),
    submittedBy: row.submitted_by,
    cancelRequestedAt: row.cancel_requested_at,
    attempts: attempts.map(toAttempt),
    costUsd: toUsd(row.cost_micros),
    childrenCostUsd: toUsd(row.children_cost_micros),
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    createdAt: row.created_at,
    readyAt: row.ready_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** An attempt as it is given out. */
export function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id,
    number: row.number,
    workerId: row.worker_id,
    agentId: row.agent_id,
    outcome: parseOutcome(row.outcome),
    error: row.error === null ? null : JSON.parse(row.error),
    exit: row.exit === null ? null : JSON.parse(row.exit),
    costUsd: row.cost_micros === null ? null : toUsd(row.cost_micros),
    usage: row.usage === null ? null : JSON.parse(row.usage),
    model: row.model,
    claudeVersion: row.claude_version,
    log: row.log_from === null ? null : { from: row.log_from, to: row.log_to },
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}
