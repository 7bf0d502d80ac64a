import { describe, expect, test } from 'vitest'
import { outcomes } from '../../events/outcome.ts'
import { decide, defaultRetryPauses as pauses } from './decide.ts'

const now = 1_000_000
const first = { spent: 1, max: 3, random: () => 1, pauses }

describe('decide', () => {
  test.each(outcomes)(
    '%s that has spent every try is not tried again, but for waits',
    (outcome) => {
      const { kind } = decide({ outcome, retryAt: null, now }, { ...first, spent: 3 })
      const isFree = outcome === 'rate_limited' || outcome === 'lost'
      expect(kind).toBe(isFree ? 'retry' : 'end')
    },
  )

  test('pauses grow, up to the longest', () => {
    const delays = [1, 2, 3, 20].map((spent) => {
      const tries = { ...first, spent, max: 100 }
      const decision = decide({ outcome: 'overloaded', retryAt: null, now }, tries)
      return decision.kind === 'retry' ? decision.delayMs : null
    })
    expect(delays).toEqual([2000, 4000, 8000, 300_000])
  })

  test('a usage limit is waited out until its reset, with jitter', () => {
    const limit = { outcome: 'rate_limited' as const, now }
    expect(decide({ ...limit, retryAt: now + 5000 }, first)).toMatchObject({ delayMs: 35_000 })
    const none = { ...first, random: () => 0 }
    expect(decide({ ...limit, retryAt: now - 5000 }, none)).toMatchObject({ delayMs: 0 })
    expect(decide({ ...limit, retryAt: null }, none)).toMatchObject({ delayMs: 900_000 })
  })
})
