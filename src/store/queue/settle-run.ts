import type { Updateable } from 'kysely'
import type { ServiceEvent, WaitingOn } from '../../events/session-event.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { enqueueDelivery, type NewDelivery } from '../outbox.ts'
import { insertRequests, type NewRequest } from '../requests.ts'
import { toStorableText } from '../storable-text.ts'
import type { Store, Tx } from '../store.ts'
import type { RunRow, SessionsTable } from '../tables.ts'
import { addUp, endAttempt, nothing, type AttemptEnd, type Spent } from './end-attempt.ts'
import { endRun, toResultColumns, totalsOf, type RunEnd } from './end-run.ts'
import { findOpenRun } from './find-open-run.ts'
import type { Lease } from './lease.ts'
import { lockLease, type LockedSession } from './lock-sessions.ts'
import { makeReady } from './make-ready.ts'
import { recordRun } from './record-run.ts'

/** How a run is given back. */
export type SettleRun = {
  runId: string
  attempt?: AttemptEnd | undefined
  to:
    | ({ kind: 'end' } & RunEnd)
    /** `until`: epoch milliseconds, or null when somebody will wake it. */
    | {
        kind: 'wait'
        on: WaitingOn
        until: number | null
        reason: string
        /** Under which the prompt goes out the next time, when the agent will not take the old one. */
        promptId?: string
        /** What there is of a result while a human looks at it. */
        result?: Omit<RunEnd, 'state'>
        /** Opened with it: what the human is asked. */
        requests?: readonly NewRequest[]
        /** What must reach somebody outside because of that. */
        deliveries?: readonly NewDelivery[]
      }
  /** Queued runs whose prompts became part of this one's turn: they end with it. */
  steered?: readonly { runId: string; end: RunEnd }[]
  /** Queued runs whose prompts the agent knows without having answered them: new ids for them. */
  unanswered?: readonly { runId: string; promptId: string }[]
  /** What is known of the session now; null takes a value away. */
  session?: { claudeSessionId?: string | null; cwd?: string; homeWorker?: string }
  /** What is told before the run's end or wait, which are told by themselves. */
  events: readonly ServiceEvent[]
  /** What must reach somebody outside when the run has ended. */
  deliveries?: (ended: RunRow) => readonly NewDelivery[]
}

/** The run as it is now, and those that ended with it. */
export type Settled = { run: RunRow; steered: RunRow[] }

/**
 * Ends a run, or parks it, and gives its session back: all in one transaction.
 * @throws lease_lost for a lease of the past: nothing is changed then; run_ended
 */
export async function settleRun(store: Store, lease: Lease, settle: SettleRun): Promise<Settled> {
  return await store.transact(async (tx) => {
    const session = await lockLease(tx, lease, { withParentOf: settle.runId })
    const found = await findOpenRun(tx, { id: settle.runId, sessionId: session.id })
    const spent = await endAttemptOf(tx, { session, run: found, settle })
    const run = { ...found, ...addUp(found, spent) }
    await appendInTx(tx, session.id, {
      runId: run.id,
      events: [...settle.events],
      set: {
        ...toColumns(settle.session ?? {}),
        ...addUp(session, spent),
        duration_ms: session.duration_ms + spent.durationMs,
      },
    })
    for (const { runId, promptId } of settle.unanswered ?? []) {
      // Into no other turn again: one that makes turns fail would make all of them fail.
      const change = { prompt_id: promptId, on_busy: 'queue' } as const
      const row = tx.db.updateTable('runs').set(change).where('id', '=', runId)
      await row.where('state', '=', 'queued').execute()
    }
    const settled = await settleIn(tx, { session, run, settle })
    await makeReady(tx, session)
    return settled
  })
}

async function endAttemptOf(
  tx: Tx,
  { session, run, settle }: { session: LockedSession; run: RunRow; settle: SettleRun },
): Promise<Spent> {
  if (settle.attempt === undefined) return nothing
  return await endAttempt(tx, { session, run, end: settle.attempt })
}

async function settleIn(
  tx: Tx,
  given: { session: LockedSession; run: RunRow; settle: SettleRun },
): Promise<Settled> {
  const { session, run, settle } = given
  const to = toDestination(run, settle.to)
  const settled =
    to.kind === 'wait'
      ? await park(tx, { session, run, wait: to })
      : await endRun(tx, { session, run, end: to })
  const steered: RunRow[] = []
  for (const { runId, end } of settle.steered ?? []) {
    const open = await findQueued(tx, runId)
    // Cancelled since it was looked for: that was its end, and is no reason to lose this run's.
    if (open !== null) steered.push(await endRun(tx, { session, run: open, end }))
  }
  for (const delivery of to.kind === 'wait' ? (to.deliveries ?? []) : []) {
    await enqueueDelivery(tx, delivery)
  }
  for (const one of to.kind === 'wait' ? steered : [settled, ...steered]) {
    for (const delivery of settle.deliveries?.(one) ?? []) await enqueueDelivery(tx, delivery)
  }
  return { run: settled, steered }
}

async function findQueued(tx: Tx, id: string): Promise<RunRow | null> {
  const query = tx.db.selectFrom('runs').selectAll().where('id', '=', id)
  return (await query.where('state', '=', 'queued').executeTakeFirst()) ?? null
}

/** A run that was to be cancelled meanwhile does not wait any more. */
function toDestination(run: RunRow, to: SettleRun['to']): SettleRun['to'] {
  if (to.kind === 'end' || run.cancel_requested_at === null) return to
  const end = {
    state: 'cancelled',
    outcome: 'cancelled',
    text: run.text ?? '',
    error: null,
  } as const
  return { kind: 'end', ...end }
}

async function park(
  tx: Tx,
  {
    session,
    run,
    wait,
  }: { session: LockedSession; run: RunRow; wait: SettleRun['to'] & { kind: 'wait' } },
): Promise<RunRow> {
  const { on, reason, promptId, result, requests = [] } = wait
  const until = wait.until === null ? null : Math.round(wait.until)
  // One that looks again and again whether there is room would fill its log with that.
  const isSame = run.state === 'waiting' && run.waiting_on === on && run.waiting_reason === reason
  const parked = await tx.db
    .updateTable('runs')
    .set({
      ...totalsOf(run),
      ...(result === undefined ? {} : toResultColumns(result)),
      state: 'waiting',
      waiting_on: on,
      waiting_until: until,
      waiting_reason: toStorableText(reason),
      ...(promptId === undefined ? {} : { prompt_id: promptId }),
      // A limit that is met when it goes on must not make it begin anew.
      ...(on === 'time' ? {} : { continuation: '' }),
    })
    .where('id', '=', run.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await appendInTx(tx, session.id, {
    runId: run.id,
    events: [
      ...requests.map(({ data }) => ({
        type: 'request_opened' as const,
        request: JSON.parse(data),
        offset: 0,
      })),
      ...(isSame ? [] : [{ type: 'run_waiting' as const, on, until, reason }]),
    ],
  })
  await insertRequests(tx, requests)
  await recordRun(tx, parked)
  return parked
}

function toColumns({
  claudeSessionId,
  cwd,
  homeWorker,
}: NonNullable<SettleRun['session']>): Updateable<SessionsTable> {
  return {
    ...(claudeSessionId === undefined ? {} : { claude_session_id: claudeSessionId }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(homeWorker === undefined ? {} : { home_worker: homeWorker }),
  }
}
