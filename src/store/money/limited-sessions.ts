import type { Reader } from '../reader.ts'

/** How the reason begins for which a run waits until a limit begins anew: the error `budget_reached`. */
const reason = 'the limit "%'

/** Sessions whose run waits, without a holder, for money. */
export async function limitedSessions(store: Reader): Promise<string[]> {
  const rows = await store.db
    .selectFrom('runs')
    .select('session_id')
    .where('state', '=', 'waiting')
    .where('waiting_on', '=', 'time')
    .where('waiting_reason', 'like', reason)
    .execute()
  return rows.map((row) => row.session_id)
}
