import { expect, test } from 'vitest'
import { oncePerObject } from './once-per-object.ts'

test('made once for each object, also when it is nothing', () => {
  const made: object[] = []
  const make = oncePerObject((key: object) => void made.push(key))
  const [one, other] = [{}, {}]
  for (const key of [one, other, one, other]) make(key)
  expect(made).toEqual([one, other])
})
