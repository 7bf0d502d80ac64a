import { expect, test } from 'vitest'
import { uuidV7 } from './uuid-v7.ts'

test('ids made later sort later, however many a millisecond has and whatever the clock does', () => {
  const ids = Array.from({ length: 10_000 }, (_, index) => uuidV7(index < 5_000 ? 1e12 : 1e12 - 50))
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  }
})
