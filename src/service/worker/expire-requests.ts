import { closeRequest, expiredRequests, openRequestsOf } from '../../store/requests.ts'
import { wakeSession } from '../../store/queue/wake.ts'
import type { Store } from '../../store/store.ts'

/** Closed in one go; the next heartbeat goes on with the rest. */
const atOnce = 50

/** Closes requests whose time is over. Their agents hear a denial, as if somebody had given it. */
export async function expireRequests(store: Store): Promise<void> {
  for (const { id, session_id: sessionId, run_id: runId } of await expiredRequests(store, {
    limit: atOnce,
  })) {
    await store.transact(async (tx) => {
      const done = await closeRequest(tx, id, { state: 'expired', by: null })
      if (done === 'not open') return
      // A run that asked several things goes on when none is open any more.
      if ((await openRequestsOf(tx, runId)).length === 0) await wakeSession(tx, sessionId)
      tx.notify({ type: 'control', sessionId })
    })
  }
}
