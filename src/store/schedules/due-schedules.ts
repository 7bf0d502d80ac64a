import type { Store, Tx } from '../store.ts'
import type { ScheduleRow } from '../tables.ts'

/** A schedule whose time has come, as it was seen, and the database's time then. */
export type DueSchedule = ScheduleRow & { next_at: number; now: number }

/** Schedules whose time has come, the longest due first. */
export async function dueSchedules(
  store: Store,
  { limit }: { limit: number },
): Promise<DueSchedule[]> {
  const rows = await store.db
    .selectFrom('schedules')
    .selectAll()
    .select(store.now().as('now'))
    .where('state', '=', 'active')
    .where('next_at', '<=', store.now())
    .orderBy('next_at')
    .limit(limit)
    .execute()
  return rows.flatMap((row) => (row.next_at === null ? [] : [{ ...row, next_at: row.next_at }]))
}

/** Milliseconds until the next time of any schedule, 0 when it has come; null: there is none. */
export async function nextScheduleIn(store: Store): Promise<number | null> {
  const row = await store.db
    .selectFrom('schedules')
    .select(['next_at', store.now().as('now')])
    .where('state', '=', 'active')
    .where('next_at', 'is not', null)
    .orderBy('next_at')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.next_at === null) return null
  return Math.max(0, row.next_at - row.now)
}

/**
 * Locks a schedule for the one who fires it. Null when another process has it, or it is not as it was
 * seen any more: somebody has fired, changed, paused or deleted it.
 */
export async function lockDueSchedule(tx: Tx, seen: ScheduleRow): Promise<ScheduleRow | null> {
  const row = await tx.db
    .selectFrom('schedules')
    .selectAll()
    .where('id', '=', seen.id)
    .where('state', '=', 'active')
    .where('next_at', '=', seen.next_at)
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate().skipLocked())
    .executeTakeFirst()
  if (row === undefined) return null
  const told = ['name', 'cron', 'timezone', 'submission', 'policy'] as const
  return told.every((field) => row[field] === seen[field]) ? row : null
}

/** A time has been dealt with: when the next one is, and which run came of this one. */
export async function moveSchedule(
  tx: Tx,
  id: string,
  to: { nextAt: number | null; last: { at: number; runId: string } | null },
): Promise<ScheduleRow> {
  const { nextAt, last } = to
  return await tx.db
    .updateTable('schedules')
    .set({
      next_at: nextAt,
      ...(last === null ? {} : { last_at: last.at, last_run_id: last.runId }),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
