import type { Account } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { countOf } from '../figures.ts'

/** `parked until 12:30:00, 4m 05s left`: what an account is, and for how long. */
export function describeAccountState(
  { state, until }: Pick<Account, 'state' | 'until'>,
  now: number = Date.now(),
): string {
  if (until === null) return state
  if (until <= now) return `${state}, to be tried next`
  return `${state} until ${clock(until, now)}, ${formatDuration(until - now)} left`
}

/** What nothing starts with, a line each, and one with what to do where that is no matter of time. */
export function describeHeldAccounts(accounts: readonly Account[], now: number): string[] {
  return accounts
    .filter(({ state }) => state !== 'ok')
    .flatMap((account) => {
      const { id, label, state, reason, heldRuns } = account
      const runs = heldRuns === 0 ? '' : `, ${countOf(heldRuns, 'run')} held`
      const line = `${label}: ${describeAccountState(account, now)}${runs}: ${reason ?? state}`
      return state === 'refused' ? [line, `  mend it, then: hostler accounts resume ${id}`] : [line]
    })
}
