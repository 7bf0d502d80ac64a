import { countHeldRuns } from '../../store/account-runs.ts'
import { listAccounts } from '../../store/accounts.ts'
import type { Reader } from '../../store/reader.ts'
import type { AccountRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import type { Account } from '../contract/account.ts'
import { isHeld } from './account-holds.ts'
import { accountsOfProfiles } from './account-of.ts'

/** The logins that profiles use, and those that nobody uses any more while nothing starts with them. */
export async function readAccounts(
  context: Pick<ServiceContext, 'store' | 'configuration' | 'env'>,
  { reader }: { reader: Reader },
): Promise<Account[]> {
  const now = context.store.clock()
  const rows = new Map((await listAccounts(reader)).map((row) => [row.id, row]))
  const accounts = new Map<string, Account>()
  for (const [profile, { id, label }] of accountsOfProfiles(context)) {
    const known = accounts.get(id) ?? toAccount({ id, label, row: rows.get(id), now })
    accounts.set(id, { ...known, profiles: [...known.profiles, profile] })
  }
  for (const row of rows.values()) {
    const { id, label } = row
    if (accounts.has(id) || !isHeld(row, now)) continue
    accounts.set(id, toAccount({ id, label: label ?? id, row, now }))
  }
  const held = [...accounts.values()].filter(({ state }) => state !== 'ok')
  const counts = await countHeldRuns(
    reader,
    held.flatMap(({ profiles }) => profiles),
  )
  return [...accounts.values()].map((account) =>
    account.state === 'ok'
      ? account
      : {
          ...account,
          heldRuns: account.profiles.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0),
        },
  )
}

function toAccount({
  id,
  label,
  row,
  now,
}: {
  id: string
  label: string
  row: AccountRow | undefined
  now: number
}): Account {
  const shared = { id, label, profiles: [], heldRuns: 0, failures: row?.failures ?? 0 }
  // A limit that has reset is none, though no turn has shown it yet.
  if (row === undefined || !isHeld(row, now)) {
    return { ...shared, state: 'ok', until: null, reason: null, since: null }
  }
  const { state, parked_until: until, reason, since } = row
  return { ...shared, state, until, reason, since }
}
