import type { Profile } from '../contract/profile.ts'
import type { Held, OnBusy, Session, Waiting } from '../contract/session.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { toUsd } from '../../util/money.ts'

/** What a session's row does not say of it. */
export type SessionRuns = {
  current: Pick<RunRow, 'id' | 'state' | 'waiting_on' | 'waiting_until' | 'waiting_reason'> | null
  queued: number
}

/** A session as it is given out. */
export function toSession(
  row: SessionRow,
  {
    runs,
    profile,
    held,
    now,
  }: {
    runs: SessionRuns
    profile: Profile | undefined
    held: Held | null
    /** Epoch milliseconds by the store's clock. */
    now: number
  },
): Session {
  const { current } = runs
  return {
    id: row.id,
    key: row.key,
    title: row.title,
    profile: row.profile,
    workspace: JSON.parse(row.workspace),
    cwd: row.cwd,
    options: JSON.parse(row.options),
    labels: JSON.parse(row.labels),
    onBusy: effectiveOnBusy(row, profile),
    state: row.state,
    claudeSessionId: row.claude_session_id,
    parentId: row.parent_id,
    forkedAfter: row.forked_after,
    currentRun:
      current === null
        ? null
        : { id: current.id, state: current.state, waiting: toWaiting(current) },
    queuedRuns: runs.queued,
    held: row.state === 'archived' ? null : (heldByQuarantine(row) ?? held),
    bypassUntil: effectiveBypass(row, profile, { now }),
    grantedRules: row.granted_rules === null ? [] : JSON.parse(row.granted_rules),
    totals: {
      runs: row.run_count,
      costUsd: toUsd(row.cost_micros),
      inputTokens: row.input_tokens,
      outputTokens: row.output_tokens,
      durationMs: row.duration_ms,
    },
    lastSeq: row.last_seq,
    firstSeq: row.first_seq,
    workerId: row.owner,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

/** What keeps a session from going on whose conversation the API refuses. */
export function heldByQuarantine(row: SessionRow): Held | null {
  if (row.quarantined_at === null) return null
  return { by: 'quarantine', until: null, reason: row.quarantine_reason ?? '' }
}

// One that is over, or that the profile allows no more, allows nothing.
function effectiveBypass(
  { bypass_until: until }: SessionRow,
  profile: Profile | undefined,
  { now }: { now: number },
): number | null {
  const isOn = until !== null && until > now && profile?.allowBypass === true
  return isOn ? until : null
}

/** What a session does with a prompt that says nothing of it. */
export function effectiveOnBusy(
  session: Pick<SessionRow, 'on_busy'>,
  profile: Profile | undefined,
): OnBusy {
  return session.on_busy ?? profile?.onBusy ?? 'queue'
}

/** On what a run waits, if it does. */
export function toWaiting(
  run: Pick<RunRow, 'waiting_on' | 'waiting_until' | 'waiting_reason'>,
): Waiting | null {
  if (run.waiting_on === null) return null
  return { on: run.waiting_on, until: run.waiting_until, reason: run.waiting_reason ?? '' }
}
