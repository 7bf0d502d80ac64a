import { expect, test } from 'vitest'
import { batchReader } from './next-batch.ts'

async function* numbers(from: number, to: number): AsyncGenerator<number> {
  for (let number = from; number < to; number++) yield number
}

test('what is ready comes together, up to a bound', async () => {
  const reader = batchReader(numbers(0, 600))
  const sizes: number[] = []
  for (let batch = await reader.next(); batch !== null; batch = await reader.next()) {
    sizes.push(batch.length)
  }
  expect(sizes).toEqual([256, 256, 88])
})

test('nothing waits for what is not ready', async () => {
  const more = Promise.withResolvers<void>()
  async function* source(): AsyncGenerator<number> {
    yield 1
    yield 2
    await more.promise
    yield 3
  }
  const reader = batchReader(source())
  expect(await reader.next()).toEqual([1, 2])
  more.resolve()
  expect(await reader.next()).toEqual([3])
  expect(await reader.next()).toBeNull()
})

test('a failure comes after what was there before it', async () => {
  async function* source(): AsyncGenerator<number> {
    yield 1
    throw new Error('gone')
  }
  const reader = batchReader(source())
  expect(await reader.next()).toEqual([1])
  await expect(reader.next()).rejects.toThrow('gone')
})
