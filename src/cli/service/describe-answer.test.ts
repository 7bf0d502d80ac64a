import { expect, test } from 'vitest'
import type { StoredRequest } from '../../client/index.ts'
import { describeAnswer } from './describe-answer.ts'

type Answered = Pick<StoredRequest, 'kind' | 'answer'>

const cases: [string | null, Answered][] = [
  [null, { kind: 'permission', answer: null }],
  ['allowed', { kind: 'permission', answer: { behavior: 'allow' } }],
  [
    'allowed for the session',
    { kind: 'permission', answer: { behavior: 'allow', scope: 'session' } },
  ],
  ['denied: not today', { kind: 'plan', answer: { behavior: 'deny', message: 'not today' } }],
  ['sent back: shorter', { kind: 'review', answer: { behavior: 'deny', message: 'shorter' } }],
  ['accepted', { kind: 'review', answer: { behavior: 'allow' } }],
  ['Green', answered({ 'Which colour?': 'Green' })],
  [
    'Which colour? Green · Which size? S, M',
    answered({ 'Which colour?': 'Green', 'Which size?': ['S', 'M'] }),
  ],
  ['{"port":80}', { kind: 'elicitation', answer: { action: 'accept', content: { port: 80 } } }],
  ['declined', { kind: 'elicitation', answer: { action: 'decline' } }],
]

function answered(answers: Record<string, unknown>): Answered {
  return {
    kind: 'question',
    answer: { behavior: 'allow', updatedInput: { questions: [], answers } },
  }
}

test.each(cases)('%s', (words, stored) => {
  expect(describeAnswer(stored)).toBe(words)
})
