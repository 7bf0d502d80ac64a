import type { Reader } from '../reader.ts'
import type { Store } from '../store.ts'
import type { RunRow } from '../tables.ts'

/** Queued prompts of a session that want to become part of the turn under way, oldest first. */
export async function steeringRuns(
  store: Pick<Store, 'db' | 'now'>,
  sessionId: string,
): Promise<RunRow[]> {
  return await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', '=', 'queued')
    .where('on_busy', '=', 'steer')
    .where('ready_at', '<=', store.now())
    // A child's end concerns its parent's session, which is not locked when another run ends.
    .where('parent_run_id', 'is', null)
    // A human is to look at its own result, and there is none of its own in another run's turn.
    .where('review', '=', 0)
    .orderBy('ordinal')
    .execute()
}

/** The queued runs of a session whose prompts have these ids. */
export async function queuedByPromptId(
  store: Reader,
  { sessionId, promptIds }: { sessionId: string; promptIds: readonly string[] },
): Promise<RunRow[]> {
  if (promptIds.length === 0) return []
  return await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('state', '=', 'queued')
    .where('prompt_id', 'in', promptIds)
    .orderBy('ordinal')
    .execute()
}
