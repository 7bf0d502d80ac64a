import { describe, expect, test } from 'vitest'
import { defaultRetryPauses as pauses } from '../outcomes/retry-pauses.ts'
import { type AccountFact, type AccountState, failuresToTrip, nextAccount } from './next-account.ts'

const fine: AccountState = {
  state: 'ok',
  parked_until: null,
  reason: null,
  failures: 0,
  since: null,
}

/** What becomes of an account, fact after fact; one second lies between them. */
function play(facts: readonly AccountFact[], account = fine, from = 1000): AccountState {
  return facts.reduce<AccountState>((before, fact, index) => {
    const now = from + index * 1000
    return nextAccount(before, fact, { now, random: () => 0, pauses }) ?? before
  }, account)
}

/** Failures of attempts that began `afterMs` into the story and ended one after the other. */
function failures(count: number, beganAt = 10_000_000): AccountFact[] {
  return Array.from({ length: count }, () => ({ kind: 'failed', beganAt, problem: '529' }))
}

describe('usage limits', () => {
  test('the longest counts, and an answer that was under way says nothing', () => {
    const parked = play([
      { kind: 'limited', until: 9000 },
      { kind: 'limited', until: 5000 },
    ])
    expect(parked).toMatchObject({ state: 'parked', parked_until: 9000, since: 1000 })
    expect(play([{ kind: 'answered', beganAt: 500 }], parked)).toEqual(parked)
    expect(play([{ kind: 'answered', beganAt: 9500 }], parked, 9600)).toEqual(fine)
  })

  test('one that is over does not lengthen the next', () => {
    const parked = play([{ kind: 'limited', until: 2000 }])
    const next = play([{ kind: 'limited', until: 1500 }], parked, 3000)
    expect(next).toMatchObject({ parked_until: 1500, since: 3000 })
  })
})

describe('the breaker', () => {
  test('trips after failures in a row, and any answer begins the row anew', () => {
    const almost = play(failures(failuresToTrip - 1))
    expect(almost).toMatchObject({ state: 'ok', failures: failuresToTrip - 1 })
    expect(play([{ kind: 'answered', beganAt: 1 }], almost)).toEqual(fine)
    const tripped = play(failures(1), almost)
    expect(tripped).toMatchObject({ state: 'tripped', parked_until: 1000 + pauses.firstTripMs })
    expect(tripped.reason).toContain('529')
  })

  test('its pause doubles with each further failure, up to the longest', () => {
    const pausesOf = [0, 1, 2, 20].map((more) => {
      const tripped = play(failures(failuresToTrip + more))
      return (tripped.parked_until ?? 0) - (tripped.since ?? 0)
    })
    expect(pausesOf).toEqual([30_000, 60_000, 120_000, 900_000])
  })

  test('those that were under way when it tripped do not make it longer', () => {
    const tripped = play(failures(failuresToTrip))
    expect(play(failures(10, 100), tripped)).toEqual(tripped)
  })

  test('one answer closes it', () => {
    const tripped = play(failures(failuresToTrip))
    expect(play([{ kind: 'answered', beganAt: 100 }], tripped)).toEqual(fine)
  })
})

describe('a refused login', () => {
  const refused = play([{ kind: 'refused', problem: '401' }])

  test('stays so, whatever fails, and is told once', () => {
    expect(refused).toMatchObject({ state: 'refused', parked_until: null, reason: '401' })
    const more: AccountFact[] = [
      { kind: 'refused', problem: '401' },
      { kind: 'limited', until: 9000 },
      ...failures(9),
    ]
    expect(play(more, refused)).toEqual(refused)
  })

  test('works again with a turn that began later', () => {
    expect(play([{ kind: 'answered', beganAt: 900 }], refused)).toEqual(refused)
    expect(play([{ kind: 'answered', beganAt: 1100 }], refused)).toEqual(fine)
  })
})
