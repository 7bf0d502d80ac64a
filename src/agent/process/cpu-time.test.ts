import { expect, test } from 'vitest'
import { parsePsTime } from './cpu-time.ts'

test.each([
  ['', 0],
  ['0:00.07', 70],
  ['12:34.50', 754_500],
  ['1:02:03', 3_723_000],
  ['2-01:00:00', 176_400_000],
])('ps says %s', (text, ms) => {
  expect(parsePsTime(text)).toBe(ms)
})
