import { expect, test } from 'vitest'
import { collectExtra, collectList, collectPair } from './flag-values.ts'

test('lists are split at commas, but not within a rule', () => {
  expect(collectList('Bash(git log, git diff),Read', undefined)).toEqual([
    'Bash(git log, git diff)',
    'Read',
  ])
  expect(collectList('Edit', ['Read'])).toEqual(['Read', 'Edit'])
  expect(collectList('', undefined)).toEqual([])
})

test('a value may hold what parts it from its name', () => {
  expect(collectPair('A=b=c', { B: '1' })).toEqual({ B: '1', A: 'b=c' })
  expect(collectExtra('--agent=x=y', undefined)).toEqual({ agent: 'x=y' })
  expect(collectExtra('bare', undefined)).toEqual({ bare: null })
  expect(() => collectPair('=x', undefined)).toThrow('NAME=value')
})
