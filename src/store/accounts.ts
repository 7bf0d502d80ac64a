import { sql } from 'kysely'
import { recordChange } from './changes.ts'
import type { Reader } from './reader.ts'
import type { Store, Tx } from './store.ts'
import type { AccountRow } from './tables.ts'

/** What is known of an account; null: nothing bad. */
export async function getAccount(store: Reader, id: string): Promise<AccountRow | null> {
  const query = store.db.selectFrom('accounts').selectAll().where('id', '=', id)
  return (await query.executeTakeFirst()) ?? null
}

/** All of which something was known at some time. */
export async function listAccounts(store: Reader): Promise<AccountRow[]> {
  return await store.db.selectFrom('accounts').selectAll().orderBy('id').execute()
}

/** Those of which the last that is known is bad. */
export async function listTroubledAccounts(store: Reader): Promise<AccountRow[]> {
  return await store.db.selectFrom('accounts').selectAll().where('state', '!=', 'ok').execute()
}

/** Those with which nothing starts at present, and those that may be tried again, but for one turn only. */
export async function listHeldAccounts(
  store: Pick<Store, 'db' | 'now'>,
): Promise<(AccountRow & { now: number })[]> {
  return await store.db
    .selectFrom('accounts')
    .selectAll()
    .select(store.now().as('now'))
    .where((eb) =>
      eb.or([
        eb('state', 'in', ['tripped', 'refused']),
        eb.and([eb('state', '=', 'parked'), eb('parked_until', '>', store.now())]),
      ]),
    )
    .execute()
}

/** The account's row, which nobody else changes before the transaction ends; it is made when there is none. */
export async function lockAccount(
  tx: Tx,
  account: { id: string; label: string | null },
): Promise<AccountRow> {
  const fresh = {
    ...account,
    state: 'ok' as const,
    parked_until: null,
    reason: null,
    failures: 0,
    since: null,
    updated_at: tx.clock(),
  }
  await tx.db
    .insertInto('accounts')
    .values(fresh)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
  return await tx.db
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', account.id)
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirstOrThrow()
}

/** What an account has become; the feed is told of a state that is another, or holds for longer. */
export async function updateAccount(
  tx: Tx,
  before: AccountRow,
  change: Partial<Omit<AccountRow, 'id' | 'updated_at'>>,
): Promise<AccountRow> {
  const row = { ...before, ...change, updated_at: tx.clock() }
  const { id, ...set } = row
  await tx.db.updateTable('accounts').set(set).where('id', '=', id).execute()
  if (row.state !== before.state || row.parked_until !== before.parked_until) {
    const { state, reason, label } = row
    await recordChange(tx, {
      kind: 'account',
      subjectId: id,
      sessionId: null,
      data: { state, until: row.parked_until, reason, label },
    })
    // What has been held up, or is not any more, may be claimed by others.
    tx.notify({ type: 'ready', pool: '*' })
  }
  return row
}

/**
 * Takes the one turn that may try an account whose pause is over: nobody else gets it for `probeMs`.
 * `false`: somebody else has taken it.
 */
export async function takeProbe(
  store: Store,
  id: string,
  { probeMs }: { probeMs: number },
): Promise<boolean> {
  return await store.transact(async (tx) => {
    const taken = await tx.db
      .updateTable('accounts')
      .set({ parked_until: sql<number>`${tx.now()} + ${sql.lit(probeMs)}` })
      .where('id', '=', id)
      .where('state', '=', 'tripped')
      .where('parked_until', '<=', tx.now())
      .returning('id')
      .executeTakeFirst()
    return taken !== undefined
  })
}

/** Gives back a turn for which there was no run. */
export async function returnProbe(store: Store, id: string): Promise<void> {
  await store.transact(async (tx) => {
    await tx.db
      .updateTable('accounts')
      .set({ parked_until: tx.now() })
      .where('id', '=', id)
      .where('state', '=', 'tripped')
      .execute()
  })
}
