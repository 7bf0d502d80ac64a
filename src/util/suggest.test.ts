import { describe, expect, test } from 'vitest'
import { didYouMean, suggest } from './suggest.ts'

const names = ['maxTurns', 'model', 'resume', 'cwd']

describe('suggest', () => {
  test.each([
    ['max_turns', 'maxTurns'],
    ['maxTurn', 'maxTurns'],
    ['Model', 'model'],
    ['modle', 'model'],
    ['resumes', 'resume'],
  ])('%s is taken for %s', (word, meant) => {
    expect(suggest(word, names)).toBe(meant)
  })

  test('a word that is near none gets no suggestion', () => {
    expect(suggest('temperature', names)).toBeNull()
    expect(didYouMean('temperature', names)).toBe('')
  })

  test('the nearest of several wins', () => {
    expect(suggest('modek', ['mode', 'model', 'modes'])).toBe('mode')
    expect(didYouMean('modell', ['mode', 'model'])).toBe(' (did you mean "model"?)')
  })
})
