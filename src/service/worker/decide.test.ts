import { describe, expect, test } from 'vitest'
import { outcomes } from '../../events/outcome.ts'
import { actionFor, outcomeTable } from '../outcomes/outcome-table.ts'
import { defaultRetryPauses as pauses } from '../outcomes/retry-pauses.ts'
import { decide, type Ended, type Tries } from './decide.ts'

const now = 1_000_000
const overloaded: Ended = { outcome: 'overloaded', retryAt: null, isLimit: false, now }
const first: Tries = {
  action: outcomeTable.overloaded.action,
  spent: 1,
  ofOutcome: 1,
  max: 3,
  random: () => 1,
  pauses,
}

describe('decide', () => {
  test('what follows from each outcome by itself', () => {
    const kinds = outcomes.map((outcome) => {
      const ended = { ...overloaded, outcome, isLimit: outcome === 'rate_limited' }
      const next = decide(ended, { ...first, action: actionFor(outcome) })
      return [outcome, next.kind === 'end' ? next.state : next.kind]
    })
    expect(Object.fromEntries(kinds)).toEqual({
      ok: 'succeeded',
      cancelled: 'cancelled',
      agent_error: 'failed',
      max_turns: 'failed',
      budget_exceeded: 'failed',
      permission_denied: 'failed',
      refused: 'failed',
      auth: 'failed',
      rate_limited: 'retry',
      overloaded: 'retry',
      api_error: 'retry',
      context_overflow: 'failed',
      timeout: 'failed',
      stalled: 'retry',
      killed: 'retry',
      spawn_failed: 'failed',
      session_not_found: 'failed',
      protocol: 'retry',
      output_limit: 'failed',
      disk_full: 'failed',
      lost: 'retry',
      parked: 'failed',
      dependency_failed: 'failed',
    })
  })

  test.each(outcomes)(
    '%s that has spent every try is not tried again, but for waits',
    (outcome) => {
      const ended = { ...overloaded, outcome, isLimit: outcome === 'rate_limited' }
      const { kind } = decide(ended, { ...first, action: actionFor(outcome), spent: 3 })
      expect(kind).toBe(outcome === 'rate_limited' || outcome === 'lost' ? 'retry' : 'end')
    },
  )

  test('pauses grow, up to the longest', () => {
    const delays = [1, 2, 3, 20].map((spent) => {
      const decision = decide(overloaded, { ...first, spent, max: 100 })
      return decision.kind === 'retry' ? decision.delayMs : null
    })
    expect(delays).toEqual([2000, 4000, 8000, 300_000])
  })

  test('a usage limit is waited out until its reset, with jitter', () => {
    const limit: Ended = { ...overloaded, outcome: 'rate_limited', isLimit: true }
    const parks = { ...first, action: actionFor('rate_limited') }
    expect(decide({ ...limit, retryAt: now + 5000 }, parks)).toMatchObject({ delayMs: 35_000 })
    const none = { ...parks, random: () => 0 }
    expect(decide({ ...limit, retryAt: now - 5000 }, none)).toMatchObject({ delayMs: 0 })
    expect(decide(limit, none)).toMatchObject({ delayMs: 900_000 })
  })

  test('a refusal for asking too often is tried again as an overload is, and given up in the end', () => {
    const busy: Ended = { ...overloaded, outcome: 'rate_limited' }
    const parks = { ...first, action: actionFor('rate_limited') }
    expect(decide(busy, parks)).toEqual({
      kind: 'retry',
      delayMs: 2000,
      reason: 'after rate_limited',
    })
    expect(decide(busy, { ...parks, spent: 3 })).toEqual({ kind: 'end', state: 'failed' })
  })
})

describe('what a profile wants instead', () => {
  const refused: Ended = { ...overloaded, outcome: 'refused' }

  test('fail, or ask a human', () => {
    const fails = actionFor('overloaded', { outcomes: { overloaded: 'fail' } })
    expect(decide(overloaded, { ...first, action: fails })).toEqual({
      kind: 'end',
      state: 'failed',
    })
    const asks = actionFor('refused', { outcomes: { refused: 'ask' } })
    expect(decide(refused, { ...first, action: asks })).toEqual({ kind: 'review' })
  })

  test('retry, with tries and pauses of its own', () => {
    const wanted = { do: 'retry', maxAttempts: 2, firstBackoffMs: 10, maxBackoffMs: 15 } as const
    const action = actionFor('refused', { outcomes: { refused: wanted } })
    // Tries that ended otherwise do not count for it.
    const tries = { ...first, action, spent: 7 }
    expect(decide(refused, tries)).toMatchObject({ kind: 'retry', delayMs: 10 })
    expect(decide(refused, { ...tries, ofOutcome: 2 })).toEqual({ kind: 'end', state: 'failed' })
  })

  test('retry alone: with the tries and pauses that all have', () => {
    const action = actionFor('refused', { outcomes: { refused: { do: 'retry' } } })
    expect(decide(refused, { ...first, action })).toMatchObject({ kind: 'retry', delayMs: 2000 })
    expect(decide(refused, { ...first, action, spent: 3 })).toMatchObject({ kind: 'end' })
  })
})
