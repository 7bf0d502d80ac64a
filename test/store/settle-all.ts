import { dependentsToSettle, settleDependent } from '../../src/store/queue/settle-dependents.ts'
import type { Store } from '../../src/store/store.ts'

/** Sees to all ends that runs depend on, link by link. */
export async function settleAll(store: Store): Promise<void> {
  for (;;) {
    const ids = await dependentsToSettle(store, { limit: 100 })
    if (ids.length === 0) return
    for (const id of ids) await settleDependent(store, id)
  }
}
