import { recordChange } from '../changes.ts'
import type { Reader } from '../reader.ts'
import type { Tx } from '../store.ts'
import type { ScheduleRow } from '../tables.ts'

/** What somebody says of a schedule, and when it is due next. */
export type ScheduleValues = Pick<
  ScheduleRow,
  'name' | 'cron' | 'timezone' | 'state' | 'submission' | 'policy' | 'next_at'
>

/** Adds a schedule. A name that is taken is a unique violation. */
export async function insertSchedule(
  tx: Tx,
  schedule: ScheduleValues & Pick<ScheduleRow, 'id' | 'created_by'>,
): Promise<ScheduleRow> {
  const now = tx.clock()
  const row = await tx.db
    .insertInto('schedules')
    .values({
      ...schedule,
      last_at: null,
      last_run_id: null,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordSchedule(tx, row, row.state)
  tx.notify({ type: 'schedules' })
  return row
}

/** The schedule with this id, or null. */
export async function getSchedule(reader: Reader, id: string): Promise<ScheduleRow | null> {
  const query = reader.db.selectFrom('schedules').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The schedule of this name, or null. */
export async function getScheduleByName(reader: Reader, name: string): Promise<ScheduleRow | null> {
  const query = reader.db.selectFrom('schedules').selectAll().where('name', '=', name)
  return (await query.executeTakeFirst()) ?? null
}

/**
 * Locks a schedule until the transaction ends; null when it has gone. Who locks sessions, too, locks them
 * after it: nobody who has a session asks for a schedule, so that no two can wait for each other.
 */
export async function lockSchedule(tx: Tx, id: string): Promise<ScheduleRow | null> {
  const row = await tx.db
    .selectFrom('schedules')
    .selectAll()
    .where('id', '=', id)
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst()
  return row ?? null
}

/** Changes a schedule that this transaction has locked. */
export async function changeSchedule(
  tx: Tx,
  id: string,
  values: ScheduleValues,
): Promise<ScheduleRow> {
  const row = await tx.db
    .updateTable('schedules')
    .set({ ...values, updated_at: tx.clock() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await recordSchedule(tx, row, row.state)
  tx.notify({ type: 'schedules' })
  return row
}

/** Removes a schedule that this transaction has locked, and what became of its times. */
export async function deleteSchedule(tx: Tx, row: ScheduleRow): Promise<void> {
  await tx.db.deleteFrom('firings').where('schedule_id', '=', row.id).execute()
  await tx.db.deleteFrom('schedules').where('id', '=', row.id).execute()
  await recordSchedule(tx, row, 'deleted')
}

/** Tells the feed. */
export async function recordSchedule(
  tx: Tx,
  row: ScheduleRow,
  state: ScheduleRow['state'] | 'deleted',
): Promise<void> {
  await recordChange(tx, {
    kind: 'schedule',
    subjectId: row.id,
    sessionId: null,
    data: { state, name: row.name, nextAt: row.next_at, lastRunId: row.last_run_id },
  })
}
