import { expect, test } from 'vitest'
import { toCsv } from './csv.ts'

test.each([
  [['a', 1, -2.5], 'a,1,-2.5'],
  [['a,b', 'say "so"', 'two\nlines'], '"a,b","say ""so""","two\nlines"'],
  [['=1+1', '+49', '-x', '@me', '\tx'], "'=1+1,'+49,'-x,'@me,'\tx"],
  [['=a,b'], '"\'=a,b"'],
  [['', ' '], ', '],
])('%j', (row, line) => {
  expect(toCsv([row, ['end']])).toBe(`${line}\r\nend\r\n`)
})
