import { recordChange } from './changes.ts'
import type { Reader } from './reader.ts'
import type { Tx } from './store.ts'
import type { AccountRow } from './tables.ts'

/** What is known of an account; null: nothing bad. */
export async function getAccount(store: Reader, id: string): Promise<AccountRow | null> {
  const query = store.db.selectFrom('accounts').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** No turn starts with it before `until` (epoch milliseconds). An earlier end does not shorten a later one. */
export async function parkAccount(
  tx: Tx,
  id: string,
  limit: { until: number; reason: string },
): Promise<AccountRow> {
  const known = await getAccount(tx, id)
  const until = Math.max(limit.until, known?.parked_until ?? 0)
  return await putAccount(tx, {
    id,
    state: 'parked',
    parked_until: until,
    reason: limit.reason,
    failures: (known?.failures ?? 0) + 1,
    label: known?.label ?? null,
    since: Date.now(),
  })
}

/** Its login was refused: no turn starts with it until somebody logs in. */
export async function failAccount(tx: Tx, id: string, reason: string): Promise<AccountRow> {
  const known = await getAccount(tx, id)
  return await putAccount(tx, {
    id,
    state: 'refused',
    parked_until: null,
    reason,
    failures: (known?.failures ?? 0) + 1,
    label: known?.label ?? null,
    since: Date.now(),
  })
}

/** A turn went well with it. Nothing is written when nothing else was known. */
export async function clearAccount(tx: Tx, id: string): Promise<void> {
  const known = await getAccount(tx, id)
  if (known === null || (known.state === 'ok' && known.failures === 0)) return
  const { label } = known
  await putAccount(tx, {
    id,
    label,
    state: 'ok',
    parked_until: null,
    reason: null,
    failures: 0,
    since: null,
  })
}

async function putAccount(tx: Tx, account: Omit<AccountRow, 'updated_at'>): Promise<AccountRow> {
  const row = { ...account, updated_at: Date.now() }
  await tx.db
    .insertInto('accounts')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  await recordChange(tx, {
    kind: 'account',
    subjectId: row.id,
    sessionId: null,
    data: { state: row.state, parkedUntil: row.parked_until, reason: row.reason },
  })
  return row
}
