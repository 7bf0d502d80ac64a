import { lockSessions } from './queue/lock-sessions.ts'
import { wakeSession } from './queue/wake.ts'
import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'

/** How many runs of each of these profiles wait for their turn or for a time. */
export async function countHeldRuns(
  store: Reader,
  profiles: readonly string[],
): Promise<Map<string, number>> {
  if (profiles.length === 0) return new Map()
  const rows = await store.db
    .selectFrom('runs')
    .innerJoin('sessions', 'sessions.id', 'runs.session_id')
    .select((eb) => ['sessions.profile', eb.fn.countAll<number>().as('count')])
    .where('runs.state', 'in', ['queued', 'waiting'])
    .where((eb) => eb.or([eb('runs.state', '=', 'queued'), eb('runs.waiting_on', '=', 'time')]))
    .where('sessions.profile', 'in', profiles)
    .groupBy('sessions.profile')
    .execute()
  return new Map(rows.map(({ profile, count }) => [profile, count]))
}

/**
 * Lets the runs go on that wait for a time because of what an account has met. Their sessions are locked
 * then: an account's row comes after them.
 */
export async function wakeRunsOf(tx: Tx, accountId: string): Promise<void> {
  const rows = await tx.db
    .selectFrom('runs')
    .innerJoin('attempts', (join) =>
      join
        .onRef('attempts.run_id', '=', 'runs.id')
        .onRef('attempts.number', '=', 'runs.attempt_count'),
    )
    .select('runs.session_id')
    .where('runs.state', '=', 'waiting')
    .where('runs.waiting_on', '=', 'time')
    .where('attempts.account_id', '=', accountId)
    .where('attempts.outcome', 'in', ['rate_limited', 'overloaded', 'api_error'])
    .execute()
  if (rows.length === 0) return
  const ids = rows.map(({ session_id: id }) => id)
  await lockSessions(tx, ids)
  for (const id of ids) await wakeSession(tx, id)
}
