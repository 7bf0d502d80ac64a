import { getAccount, lockAccount, updateAccount } from '../../store/accounts.ts'
import { enqueueDelivery } from '../../store/outbox.ts'
import type { Tx } from '../../store/store.ts'
import type { AccountRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import { webhookDeliveries } from '../deliver/webhook-deliveries.ts'
import { type AccountFact, nextAccount } from './next-account.ts'

/** Keeps what an attempt has told of its account, and tells it where that is another state: once. */
export async function noteAccount(
  context: ServiceContext,
  account: { id: string; label: string | null },
  fact: AccountFact,
): Promise<void> {
  const { store, retryPauses: pauses } = context
  if (fact.kind === 'answered') {
    // Mostly all is well: seen without a transaction that writes.
    const known = await getAccount(store, account.id)
    if (known === null || (known.state === 'ok' && known.failures === 0)) return
  }
  await store.transact(async (tx) => {
    const before = await lockAccount(tx, account)
    const given = { now: tx.clock(), random: Math.random, pauses }
    const next = nextAccount(before, fact, given)
    if (next === null) return
    const label = account.label ?? before.label
    const after = await updateAccount(tx, before, { ...next, label })
    if (after.state !== before.state) await tellAccount(tx, context, after)
  })
}

/** Tells operators what has become of an account. */
export async function tellAccount(
  tx: Tx,
  { configuration, log }: Pick<ServiceContext, 'configuration' | 'log'>,
  { id, label, state, parked_until: until, reason, updated_at: at }: AccountRow,
): Promise<void> {
  const fact = { accountId: id, label: label ?? id, state, until, reason }
  const told = webhookDeliveries(configuration().webhooks, { type: 'account.changed', at, ...fact })
  for (const delivery of told) await enqueueDelivery(tx, delivery)
  tx.afterCommit(() => {
    const logged = { ...fact, until: until === null ? null : new Date(until).toISOString() }
    if (state === 'ok') log.info(logged, 'an account works again')
    else log.warn(logged, 'nothing starts with an account')
  })
}
