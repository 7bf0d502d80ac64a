import type { AccountRow } from '../../store/tables.ts'
import type { RetryPauses } from '../outcomes/retry-pauses.ts'

/** What an attempt has told of its account. `beganAt`: when it began, epoch milliseconds. */
export type AccountFact =
  | { kind: 'answered'; beganAt: number }
  | { kind: 'limited'; until: number }
  | { kind: 'failed'; beganAt: number; problem: string }
  | { kind: 'refused'; problem: string }

export type AccountState = Pick<
  AccountRow,
  'state' | 'parked_until' | 'reason' | 'failures' | 'since'
>

/** Failures of the API in a row, after which nothing starts for a while. */
export const failuresToTrip = 5

/** Why nothing starts: those that trip at once must not all come back at once. */
const tripJitter = 0.2

const fine: AccountState = {
  state: 'ok',
  parked_until: null,
  reason: null,
  failures: 0,
  since: null,
}

/** What an account is after that; null: as it was. */
export function nextAccount(
  account: AccountState,
  fact: AccountFact,
  { now, random, pauses }: { now: number; random: () => number; pauses: RetryPauses },
): AccountState | null {
  const { state, parked_until: until, since } = account
  switch (fact.kind) {
    case 'answered': {
      if (state === 'ok') return account.failures === 0 ? null : fine
      // One that was under way already does not say that the limit, or the login, is right again.
      if (state !== 'tripped' && since !== null && fact.beganAt <= since) return null
      return fine
    }
    case 'limited': {
      if (state === 'refused') return null
      const isParked = state === 'parked' && (until ?? 0) > now
      return {
        state: 'parked',
        // An earlier end does not shorten a later one.
        parked_until: Math.max(Math.round(fact.until), isParked ? (until ?? 0) : 0),
        reason: 'usage limit',
        failures: 0,
        since: isParked ? since : now,
      }
    }
    case 'failed': {
      if (state === 'refused' || (state === 'parked' && (until ?? 0) > now)) return null
      // It was under way when the others failed: it says nothing new.
      if (state === 'tripped' && since !== null && fact.beganAt <= since) return null
      const failures = account.failures + 1
      if (failures < failuresToTrip) return { ...fine, failures }
      const { firstTripMs, maxTripMs } = pauses
      const pause = Math.min(maxTripMs, firstTripMs * 2 ** (failures - failuresToTrip))
      return {
        state: 'tripped',
        parked_until: now + Math.round(pause * (1 + random() * tripJitter)),
        reason: `the API has failed ${failures} times in a row: ${fact.problem}`,
        failures,
        since: now,
      }
    }
    case 'refused':
      if (state === 'refused') return null
      return {
        state: 'refused',
        parked_until: null,
        reason: fact.problem,
        failures: account.failures + 1,
        since: now,
      }
    default:
      return fact satisfies never
  }
}
