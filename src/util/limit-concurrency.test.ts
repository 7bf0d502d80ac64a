import { expect, test } from 'vitest'
import { limitConcurrency } from './limit-concurrency.ts'

test('no more at a time than it says, in order, and a failure gives its place back', async () => {
  const limit = limitConcurrency(2)
  let running = 0
  const most: number[] = []
  const begun: number[] = []
  const works = Array.from({ length: 9 }, (_, index) =>
    limit(async () => {
      begun.push(index)
      most.push(++running)
      await new Promise((resolve) => void setImmediate(resolve))
      running--
      if (index % 3 === 0) throw new Error('no')
      return index
    }),
  )
  const ends = await Promise.allSettled(works)
  expect(Math.max(...most)).toBe(2)
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(3)
})
