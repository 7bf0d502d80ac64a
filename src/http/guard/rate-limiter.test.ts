import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limiter.ts'

test('a minute’s worth at once, then as much as flows in', () => {
  let now = 0
  const limiter = createRateLimiter({ nowMs: () => now })
  const take = (): boolean => limiter.take('a', 60).isAllowed
  const burst = Array.from({ length: 61 }, take)
  expect(burst.filter(Boolean).length).toBe(60)
  expect(limiter.take('a', 60)).toEqual({ isAllowed: false, remaining: 0, waitSeconds: 1 })
  now += 2_000
  expect([take(), take(), take()]).toEqual([true, true, false])
  expect(limiter.take('b', 60).isAllowed).toBe(true)
})

test('it does not grow with the number of those who ask', () => {
  const limiter = createRateLimiter({ nowMs: () => 0 })
  limiter.take('first', 1)
  for (let count = 0; count < 10_000; count++) limiter.take(`address ${count}`, 1)
  // The one that asked least recently is forgotten first.
  expect(limiter.look('first', 1).isAllowed).toBe(true)
  expect(limiter.look('address 9999', 1).isAllowed).toBe(false)
})

test('looking costs nothing', () => {
  const limiter = createRateLimiter({ nowMs: () => 0 })
  for (let count = 0; count < 5; count++) limiter.look('a', 1)
  expect(limiter.take('a', 1).isAllowed).toBe(true)
})
