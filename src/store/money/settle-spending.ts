import type { Usage } from '../../events/turn-result.ts'
import type { LockedSession } from '../queue/lock-sessions.ts'
import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'
import { recordSpending } from './record-spending.ts'
import { mergeLabels, subjectKeysOf } from './subjects.ts'

/**
 * Counts what an attempt cost, and gives back what was set aside for it. All scopes that there are rows
 * for count it, whether or not a limit is configured for them at present; a scope that has none is
 * summed up from `spending` when somebody asks for it. An attempt counts in the day in which it ends.
 */
export async function settleSpending(
  tx: Tx,
  given: {
    session: LockedSession
    run: RunRow
    attempt: { id: string; account_id: string | null }
    costMicros: number
    usage: Usage | null
  },
): Promise<void> {
  const { session, run, attempt, costMicros, usage } = given
  const { id: sessionId, profile, now } = session
  const labels = mergeLabels(session.labels, run.labels)
  await recordSpending(tx, {
    attempt_id: attempt.id,
    run_id: run.id,
    session_id: sessionId,
    profile,
    account_id: attempt.account_id,
    labels: JSON.stringify(labels),
    at: now,
    costMicros,
    usage,
  })
  const subjects = subjectKeysOf({ profile, sessionId, labels })
  const rows = await lockConcerned(tx, { subjects, attemptId: attempt.id, now })
  for (const row of rows) {
    const isNow = row.starts_at <= now && (row.ends_at === null || now < row.ends_at)
    const counts = isNow && subjects.includes(row.subject)
    await tx.db
      .updateTable('budgets')
      .set((eb) => ({
        spent_micros: eb('spent_micros', '+', counts ? costMicros : 0),
        reserved_micros: eb('reserved_micros', '-', row.micros ?? 0),
        updated_at: now,
      }))
      .where('scope', '=', row.scope)
      .execute()
  }
  if (rows.some(({ micros }) => micros !== null)) {
    await tx.db.deleteFrom('reservations').where('attempt_id', '=', attempt.id).execute()
  }
}

/**
 * The rows in which an attempt counts now or has something set aside, locked in the order of their keys.
 * Asked for even when there are none: that makes whoever is about to make one wait.
 */
async function lockConcerned(
  tx: Tx,
  { subjects, attemptId, now }: { subjects: readonly string[]; attemptId: string; now: number },
): Promise<
  {
    scope: string
    subject: string
    starts_at: number
    ends_at: number | null
    micros: number | null
  }[]
> {
  const held = tx.db.selectFrom('reservations').where('attempt_id', '=', attemptId)
  return await tx.db
    .selectFrom('budgets')
    .select(['scope', 'subject', 'starts_at', 'ends_at'])
    .select((eb) =>
      eb
        .selectFrom('reservations')
        .select('micros')
        .whereRef('reservations.scope', '=', 'budgets.scope')
        .where('attempt_id', '=', attemptId)
        .as('micros'),
    )
    .where((eb) =>
      eb.or([
        eb.and([
          eb('subject', 'in', subjects),
          eb.or([eb('ends_at', 'is', null), eb('ends_at', '>', now)]),
        ]),
        eb('scope', 'in', held.select('scope')),
      ]),
    )
    .orderBy('scope')
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .execute()
}
