import type { Reader } from '../reader.ts'
import type { Tx } from '../store.ts'
import type { SessionRow } from '../tables.ts'

/** The session with this id, or null. */
export async function getSession(store: Reader, id: string): Promise<SessionRow | null> {
  const query = store.db.selectFrom('sessions').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** The session with this key, or null. */
export async function getSessionByKey(store: Reader, key: string): Promise<SessionRow | null> {
  const query = store.db.selectFrom('sessions').selectAll().where('key', '=', key)
  return (await query.executeTakeFirst()) ?? null
}

/** The session, locked until the transaction ends: what is decided from it stays true. */
export async function lockSession(tx: Tx, id: string): Promise<SessionRow | null> {
  const query = tx.db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .$if(tx.dialect === 'postgres', (one) => one.forUpdate())
  return (await query.executeTakeFirst()) ?? null
}

/** The same by its key. */
export async function lockSessionByKey(tx: Tx, key: string): Promise<SessionRow | null> {
  const query = tx.db
    .selectFrom('sessions')
    .selectAll()
    .where('key', '=', key)
    .$if(tx.dialect === 'postgres', (one) => one.forUpdate())
  return (await query.executeTakeFirst()) ?? null
}

/** Sessions by id, for lists of things that name them. */
export async function getSessions(
  store: Reader,
  ids: readonly string[],
): Promise<Map<string, SessionRow>> {
  if (ids.length === 0) return new Map()
  const rows = await store.db.selectFrom('sessions').selectAll().where('id', 'in', ids).execute()
  return new Map(rows.map((row) => [row.id, row]))
}
