import { listTroubledAccounts } from '../../store/accounts.ts'
import type { Reader } from '../../store/reader.ts'
import type { AccountRow } from '../../store/tables.ts'
import type { ServiceContext } from '../context.ts'
import type { Held } from '../contract/session.ts'
import { accountsOfProfiles } from './account-of.ts'

/** Whether nothing starts with an account at that time (epoch milliseconds). */
export function isHeld({ state, parked_until: until }: AccountRow, now: number): boolean {
  if (state === 'ok') return false
  // One whose pause is over is tried by one turn first.
  return state !== 'parked' || (until ?? 0) > now
}

/** What holds up the profiles whose accounts are parked, tripped or refused, by the profile's name. */
export async function accountHolds(
  context: Pick<ServiceContext, 'store' | 'configuration' | 'env'>,
  { reader }: { reader: Reader },
): Promise<Map<string, Held>> {
  const now = context.store.clock()
  const rows = (await listTroubledAccounts(reader)).filter((row) => isHeld(row, now))
  const holds = new Map<string, Held>()
  if (rows.length === 0) return holds
  for (const [profile, { id, label }] of accountsOfProfiles(context)) {
    const row = rows.find((one) => one.id === id)
    if (row === undefined) continue
    const reason = `${label}: ${row.reason ?? row.state}`
    holds.set(profile, { by: 'account', until: row.parked_until, reason })
  }
  return holds
}
