import type { Reader } from './reader.ts'
import type { Store, Tx } from './store.ts'
import type { TokenRow } from './tables.ts'

/** Last use is noted so coarsely: a write for each request would be the dearest part of most. */
const lastUseMs = 60_000

/** Keeps a new token, by its hash. */
export async function insertToken(
  tx: Tx,
  token: Pick<TokenRow, 'id' | 'label' | 'hash' | 'scopes' | 'expires_at'>,
): Promise<TokenRow> {
  return await tx.db
    .insertInto('tokens')
    .values({ ...token, created_at: Date.now(), last_used_at: null, revoked_at: null })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The token with this hash, also when it is revoked or expired; null when there is none. */
export async function findTokenByHash(store: Reader, hash: string): Promise<TokenRow | null> {
  const query = store.db.selectFrom('tokens').selectAll().where('hash', '=', hash)
  return (await query.executeTakeFirst()) ?? null
}

/** All tokens of people, newest first. */
export async function listTokens(store: Reader): Promise<TokenRow[]> {
  return await store.db
    .selectFrom('tokens')
    .selectAll()
    .where('run_id', 'is', null)
    .orderBy('id', 'desc')
    .execute()
}

/** Ends a token for good. The first revocation counts. `null`: there is no such token. */
export async function revokeToken(tx: Tx, id: string): Promise<TokenRow | null> {
  await tx.db
    .updateTable('tokens')
    .set({ revoked_at: Date.now() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  const query = tx.db.selectFrom('tokens').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** Notes that a token was used, to the minute. */
export async function touchToken(store: Store, token: TokenRow): Promise<void> {
  const now = Date.now()
  if (token.last_used_at !== null && now - token.last_used_at < lastUseMs) return
  await store.transact((tx) =>
    tx.db.updateTable('tokens').set({ last_used_at: now }).where('id', '=', token.id).execute(),
  )
}
