import { listHeldAccounts, returnProbe, takeProbe } from '../../store/accounts.ts'
import { type Claim, type ClaimOptions, claimSessions } from '../../store/queue/claim.ts'
import { pickSessions } from '../../store/queue/pick-sessions.ts'
import { nextReadyIn } from '../../store/queue/next-ready.ts'
import type { ServiceContext } from '../context.ts'
import { accountsOfProfiles } from './account-of.ts'

/** For so long a turn may try an account whose pause is over, before another one may as well. */
const probeMs = 60_000

/** Which profiles of this worker are held up by their accounts. */
export type HeldProfiles = {
  all: Set<string>
  /** Accounts of which one turn may see whether the API works again. */
  probes: { accountId: string; profiles: string[] }[]
  /** Until the next of them may go on by itself; null: none will. */
  nextMs: number | null
}

export async function findHeldProfiles(
  context: Pick<ServiceContext, 'store' | 'configuration' | 'env'>,
): Promise<HeldProfiles> {
  const held: HeldProfiles = { all: new Set(), probes: [], nextMs: null }
  const rows = await listHeldAccounts(context.store)
  if (rows.length === 0) return held
  const accounts = [...accountsOfProfiles(context)]
  for (const { id, state, parked_until: until, now } of rows) {
    const profiles = accounts.filter(([, account]) => account.id === id).map(([name]) => name)
    if (profiles.length === 0) continue
    for (const name of profiles) held.all.add(name)
    if (until === null) continue
    if (until > now) held.nextMs = Math.min(held.nextMs ?? Infinity, until - now)
    else if (state === 'tripped') held.probes.push({ accountId: id, profiles })
  }
  return held
}

/**
 * Claims what may be had, and nothing that would begin with a held account; of each one whose pause is
 * over, one run.
 */
export async function claimUnheld(
  context: Pick<ServiceContext, 'store' | 'configuration' | 'env'>,
  options: ClaimOptions,
): Promise<Claim[]> {
  const { store } = context
  const { all, probes } = await findHeldProfiles(context)
  const claims = await claimSessions(store, { ...options, heldProfiles: all })
  for (const { accountId, profiles } of probes) {
    if (claims.length >= options.limit) break
    const one = { ...options, profiles, limit: 1 }
    if ((await pickSessions(store, one)).ids.length === 0) continue
    if (!(await takeProbe(store, accountId, { probeMs }))) continue
    const claimed = await claimSessions(store, one)
    if (claimed.length === 0) await returnProbe(store, accountId)
    claims.push(...claimed)
  }
  return claims
}

/** Milliseconds until there may be something to claim that was not to be had before; null: nobody knows. */
export async function nextUnheldIn(
  context: Pick<ServiceContext, 'store' | 'configuration' | 'env'>,
  { homeGraceMs }: { homeGraceMs: number },
): Promise<number | null> {
  const { pools } = context.configuration().worker
  const { nextMs: accountMs } = await findHeldProfiles(context)
  const sessionMs = await nextReadyIn(context.store, pools, { homeGraceMs })
  if (accountMs === null || sessionMs === null) return accountMs ?? sessionMs
  return Math.min(accountMs, sessionMs)
}
