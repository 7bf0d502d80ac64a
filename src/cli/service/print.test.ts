import { expect, test } from 'vitest'
import { textWidth } from '../terminal/text-width.ts'
import { toFittedTable } from './print.ts'

const headings = ['RUN', 'STATE', 'SESSION', 'AGE', 'TOOK', 'COST', 'PROMPT']
const long = [
  '01a1f908-dec3-7001',
  'failed: dependency_failed',
  'batch:bcde8d4eac8c6119:after-deep',
  '4m 57s',
  '1m 02s',
  '$0.0130',
  'after refused, in rather many words that do not fit',
]
const short = ['01a1f90a-06b7-7000', 'running', 'loop', '3s', '-', '$0.00', 'loop']

test('a table that fits is left as it is, and free text gives way first', () => {
  const all = toFittedTable(headings, [short], 80)
  expect(all[0]).toBe('RUN                 STATE    SESSION  AGE  TOOK  COST   PROMPT')
  expect(toFittedTable(headings, [long], Infinity)[1]).toContain('that do not fit')
  const [heading = '', row = ''] = toFittedTable(headings, [long], 130)
  expect(heading).toMatch(/AGE +TOOK +COST +PROMPT$/)
  expect(row).toMatch(/ {2}after refused,[^…]*…$/)
})

test('on a narrow terminal columns go that are needed least, then words are cut, and ids never', () => {
  const [heading = '', first = '', second = ''] = toFittedTable(headings, [long, short], 80)
  expect(heading).toMatch(/^RUN +STATE +SESSION +COST +PROMPT$/)
  expect(first).toMatch(
    /^01a1f908-dec3-7001 {2}failed: dependency_fa… {2}batch:[^ ]+… {2}\$0\.0130 {2}after/,
  )
  expect(second).toContain('running')
  const waiting = [short[0] ?? '', 'waiting until 23:00:00', ...long.slice(2)]
  expect(toFittedTable(headings, [waiting], 80)[1]).toContain(' waiting until 23:00:00 ')
  for (const line of [heading, first, second]) expect(textWidth(line)).toBeLessThanOrEqual(80)
})

test('a bar is shown whole or not at all', () => {
  const bar = ['DAY', 'COST', '']
  const row = ['2026-11-20', '$2.29', '█'.repeat(24)]
  expect(toFittedTable(bar, [row], 80)[1]).toContain('█'.repeat(24))
  expect(toFittedTable(bar, [row], 30).join('\n')).not.toMatch(/█|…/)
})
