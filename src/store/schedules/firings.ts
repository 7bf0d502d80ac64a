import { hostlerError } from '../../errors.ts'
import { defaultPageSize, type PageOf, type PageQuery } from '../page.ts'
import type { Reader } from '../reader.ts'
import type { Tx } from '../store.ts'
import type { FiringRow } from '../tables.ts'

/** Of each schedule, so many are kept. */
export const keptFirings = 1000

/** Notes what becomes of a time of a schedule. False: it was dealt with before, and nothing changes. */
export async function insertFiring(
  tx: Tx,
  firing: Pick<FiringRow, 'schedule_id' | 'at' | 'what' | 'reason'>,
): Promise<boolean> {
  const row = await tx.db
    .insertInto('firings')
    .values({ ...firing, run_id: null, fired_at: tx.now() })
    .onConflict((conflict) => conflict.columns(['schedule_id', 'at']).doNothing())
    .returning('at')
    .executeTakeFirst()
  return row !== undefined
}

/** What has come of a time that this transaction has noted. */
export async function settleFiring(
  tx: Tx,
  { scheduleId, at }: { scheduleId: string; at: number },
  end: Pick<FiringRow, 'what' | 'run_id' | 'reason'>,
): Promise<void> {
  await tx.db
    .updateTable('firings')
    .set(end)
    .where('schedule_id', '=', scheduleId)
    .where('at', '=', at)
    .execute()
}

/** Forgets what became of times long ago: more than {@link keptFirings} before the newest. */
export async function trimFirings(tx: Tx, scheduleId: string): Promise<void> {
  const oldest = await tx.db
    .selectFrom('firings')
    .select('at')
    .where('schedule_id', '=', scheduleId)
    .orderBy('at', 'desc')
    .offset(keptFirings - 1)
    .limit(1)
    .executeTakeFirst()
  if (oldest === undefined) return
  await tx.db
    .deleteFrom('firings')
    .where('schedule_id', '=', scheduleId)
    .where('at', '<', oldest.at)
    .execute()
}

/** A page of what became of a schedule's times, the last first. */
export async function listFirings(
  reader: Reader,
  scheduleId: string,
  page: PageQuery = {},
): Promise<PageOf<FiringRow>> {
  const limit = page.limit ?? defaultPageSize
  let list = reader.db.selectFrom('firings').selectAll().where('schedule_id', '=', scheduleId)
  if (page.cursor !== undefined) list = list.where('at', '<', parseFiringCursor(page.cursor))
  const rows = await list
    .orderBy('at', 'desc')
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last !== undefined ? toFiringCursor(last.at) : null
  return { items, next }
}

/** Firings have no id: a page of them ends with a time. */
function toFiringCursor(at: number): string {
  return Buffer.from(`at:${at}`, 'latin1').toString('base64url')
}

function parseFiringCursor(cursor: string): number {
  const [, at] = /^at:(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? []
  if (at !== undefined) return Number(at)
  throw hostlerError('invalid_input', {
    field: 'cursor',
    problem: `"${cursor}" was not given by a list of firings`,
    cure: 'pass the "next" of the page before, or leave it out to begin anew',
  })
}
