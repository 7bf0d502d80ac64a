import { expect, test } from 'vitest'
import type { VerifiedToken } from '../services.ts'
import { createTokenCache } from './token-cache.ts'

const token: VerifiedToken = { id: 'a', label: 'a', scopes: ['read'] }

test('the database is asked once in a while, not each time', async () => {
  let now = 0
  let asked = 0
  const verify = async (): Promise<VerifiedToken> => ((asked += 1), token)
  const cache = createTokenCache({ verify, anyValid: async () => true }, { nowMs: () => now })
  for (let count = 0; count < 5; count++) expect(await cache.verify('hst_a')).toBe(token)
  expect(asked).toBe(1)
  expect([cache.knows('hst_a'), cache.knows('hst_b')]).toEqual([true, false])
  now = 1_000
  await cache.verify('hst_a')
  expect(asked).toBe(2)
})

test('what was asked before a revocation is not kept after it', async () => {
  const answer = Promise.withResolvers<VerifiedToken | null>()
  const source = { verify: () => answer.promise, anyValid: async () => true }
  const cache = createTokenCache(source, { nowMs: () => 0 })
  const asking = cache.verify('hst_a')
  cache.forget()
  answer.resolve(token)
  await asking
  expect(cache.knows('hst_a')).toBe(false)
})
