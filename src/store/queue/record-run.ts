import { recordChange } from '../changes.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** Tells the feed what a run is now. */
export async function recordRun(tx: Tx, run: RunRow): Promise<void> {
  const { id, state, outcome, ordinal } = run
  await recordChange(tx, {
    kind: 'run',
    subjectId: id,
    sessionId: run.session_id,
    data: { state, outcome, ordinal, waitingOn: run.waiting_on, waitingUntil: run.waiting_until },
  })
}
