import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from '../page.ts'
import type { Reader } from '../reader.ts'
import type { ScheduleRow } from '../tables.ts'

/** A page of schedules, newest first. */
export async function listSchedules(
  reader: Reader,
  { state }: { state?: ScheduleRow['state'] | undefined } = {},
  page: PageQuery = {},
): Promise<PageOf<ScheduleRow>> {
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  let list = reader.db.selectFrom('schedules').selectAll()
  if (state !== undefined) list = list.where('state', '=', state)
  if (after !== null) list = list.where('id', '<', after)
  const rows = await list
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}
