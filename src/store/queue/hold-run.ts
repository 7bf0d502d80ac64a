import type { ServiceEvent, WaitingOn } from '../../events/session-event.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import { toStorableText } from '../storable-text.ts'
import type { Store } from '../store.ts'
import type { RunRow } from '../tables.ts'
import { findOpenRun } from './find-open-run.ts'
import type { Lease } from './lease.ts'
import { lockLease } from './lock-sessions.ts'
import { recordRun } from './record-run.ts'

/**
 * A run under way waits, or goes on, while its agent and its lease stay.
 * @throws lease_lost, run_ended
 */
export async function holdRun(
  store: Store,
  lease: Lease,
  hold: {
    runId: string
    /** null: it goes on. */
    waiting: { on: WaitingOn; until: number | null; reason: string } | null
    events: readonly ServiceEvent[]
  },
): Promise<RunRow> {
  const { runId, waiting, events } = hold
  return await store.transact(async (tx) => {
    const session = await lockLease(tx, lease)
    await findOpenRun(tx, { id: runId, sessionId: session.id })
    const run = await tx.db
      .updateTable('runs')
      .set({
        state: waiting === null ? 'running' : 'waiting',
        waiting_on: waiting?.on ?? null,
        waiting_until: waiting?.until ?? null,
        waiting_reason: waiting === null ? null : toStorableText(waiting.reason),
      })
      .where('id', '=', runId)
      .returningAll()
      .executeTakeFirstOrThrow()
    await appendInTx(tx, session.id, { runId, events: [...events] })
    await recordRun(tx, run)
    return run
  })
}
