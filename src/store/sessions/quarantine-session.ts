import { recordChange } from '../changes.ts'
import { appendInTx } from '../events/append-in-tx.ts'
import type { Lease } from '../queue/lease.ts'
import { type LockedSession, lockLease, lockSession } from '../queue/lock-sessions.ts'
import { makeReady } from '../queue/make-ready.ts'
import { toStorableText } from '../storable-text.ts'
import type { Store, Tx } from '../store.ts'

/**
 * Lets nothing more begin in a session, by its lease holder. `false`: it is so already.
 * @throws lease_lost
 */
export async function quarantineSession(
  store: Store,
  lease: Lease,
  reason: string,
): Promise<boolean> {
  return await store.transact(async (tx) => {
    const session = await lockLease(tx, lease)
    if (session.quarantined_at !== null) return false
    await appendInTx(tx, session.id, {
      runId: null,
      events: [{ type: 'session_quarantined', reason }],
      set: { quarantined_at: session.now, quarantine_reason: toStorableText(reason) },
    })
    await record(tx, session, 'quarantined')
    return true
  })
}

/** Lets a session go on. `false`: nothing kept it. @throws not_found */
export async function releaseQuarantine(
  tx: Tx,
  id: string,
  { by }: { by: string },
): Promise<boolean> {
  const session = await lockSession(tx, id)
  if (session.quarantined_at === null) return false
  await appendInTx(tx, id, {
    runId: null,
    events: [{ type: 'session_released', by }],
    set: { quarantined_at: null, quarantine_reason: null },
  })
  await record(tx, session, 'released')
  // Its holder makes it ready otherwise.
  if (session.owner === null) await makeReady(tx, { ...session, quarantined_at: null })
  return true
}

async function record(tx: Tx, session: LockedSession, change: string): Promise<void> {
  await recordChange(tx, {
    kind: 'session',
    subjectId: session.id,
    sessionId: session.id,
    data: { state: session.state, change },
  })
}
