import { expect, test } from 'vitest'
import { safeLine, safeText } from './safe-text.ts'
import { fitText, textWidth } from './text-width.ts'

test.each([
  ['\u001b]0;title\u0007', '␛]0;title␇'],
  ['\u001b[2Jgone', '␛[2Jgone'],
  ['safe\rrm -rf', 'saferm -rf'],
  ['\u009b31m', '\ufffd31m'],
  ['a\u202ecba', 'a\ufffdcba'],
  ['tab\tand\nline', 'tab\tand\nline'],
])('%j cannot do anything to a terminal', (text, safe) => {
  expect(safeText(text)).toBe(safe)
})

test('a line stays one', () => {
  expect(safeLine('  one\n\ttwo \u2028three ')).toBe('one two \ufffdthree')
})

test('wide characters take two columns, marks none', () => {
  expect(textWidth('a')).toBe(1)
  expect(textWidth('馬')).toBe(2)
  expect(textWidth('🐎')).toBe(2)
  expect(textWidth('e\u0301')).toBe(1)
  expect(fitText('馬馬馬馬', 6)).toBe('馬馬…')
  expect(fitText('short', 6)).toBe('short')
})
