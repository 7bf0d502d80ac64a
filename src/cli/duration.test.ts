import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

describe('parseDuration', () => {
  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1.5s', 1500],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  test.each(['90', '', 's', '10 m', '-5s', '5d', '1e3s', '0s'])('%j is refused', (text) => {
    expect(() => parseDuration(text)).toThrow(/\S/)
  })

  test('a bare number is told what it might have been', () => {
    expect(() => parseDuration('90')).toThrow('90s or 90ms')
  })
})

test.each([
  [40, '0.0s'],
  [1234, '1.2s'],
  [9960, '10s'],
  [59_600, '1m 00s'],
  [185_000, '3m 05s'],
  [7_800_000, '2h 10m'],
  [353_000_000, '4d 2h'],
])('formatDuration(%i)', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
