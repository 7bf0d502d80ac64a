import { type NewChange, recordChange } from '../changes.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** Tells the feed what a run is now. */
export async function recordRun(tx: Tx, run: RunRow): Promise<void> {
  await recordChange(tx, toRunChange(run))
}

/** What the feed says of a run. */
export function toRunChange(run: RunRow): NewChange {
  const { id, state, outcome, ordinal } = run
  return {
    kind: 'run',
    subjectId: id,
    sessionId: run.session_id,
    data: { state, outcome, ordinal, waitingOn: run.waiting_on, waitingUntil: run.waiting_until },
  }
}
