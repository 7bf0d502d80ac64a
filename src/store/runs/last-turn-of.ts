import type { Reader } from '../reader.ts'
import type { RunRow } from '../tables.ts'

/**
 * The newest run of a session that has ended with a place in the transcript, or null. Where none has one,
 * the newest that was begun.
 */
export async function lastTurnOf(
  store: Reader,
  { sessionId, upToOrdinal }: { sessionId: string; upToOrdinal?: number },
): Promise<RunRow | null> {
  const row = await store.db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', sessionId)
    .where('started_at', 'is not', null)
    .where('ended_at', 'is not', null)
    .$if(upToOrdinal !== undefined, (query) => query.where('ordinal', '<=', upToOrdinal ?? 0))
    .orderBy((eb) => eb('transcript_bytes', 'is', null))
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ?? null
}

/** Whether a run of the same session that comes after this one was ever begun. */
export async function hasLaterTurn(
  store: Reader,
  run: Pick<RunRow, 'session_id' | 'ordinal'>,
): Promise<boolean> {
  const row = await store.db
    .selectFrom('runs')
    .select('id')
    .where('session_id', '=', run.session_id)
    .where('ordinal', '>', run.ordinal)
    .where('started_at', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
