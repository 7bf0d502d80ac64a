import { describe, expect, test } from 'vitest'
import type { HumanRequest } from '../../events/human-request.ts'
import { sampleRequest } from '../../../test/support/service-samples.ts'
import { toAnswer } from './to-answer.ts'

const permission = sampleRequest()
const base = { id: 'c', openedAt: 0, toolUseId: 't' }
const question = asking({
  ...base,
  kind: 'question',
  input: { from: 'claude' },
  questions: [
    {
      question: 'Which = database?',
      header: 'Database',
      options: [
        { label: 'SQLite', description: '' },
        { label: 'PostgreSQL', description: 'for more' },
      ],
      multiSelect: false,
    },
    {
      question: 'Which tests?',
      header: 'Tests',
      options: [
        { label: 'unit', description: '' },
        { label: 'SQLite', description: '' },
      ],
      multiSelect: true,
    },
  ],
})
const elicitation = asking({
  ...base,
  kind: 'elicitation',
  serverName: 's',
  message: 'm',
  requestedSchema: null,
  url: null,
  input: {},
})

function asking(request: HumanRequest): typeof permission {
  return sampleRequest({ kind: request.kind, request })
}

describe('toAnswer', () => {
  test('permissions and plans', () => {
    expect(toAnswer(permission, { allow: true })).toEqual({ behavior: 'allow' })
    expect(toAnswer(permission, { deny: 'no' })).toEqual({ behavior: 'deny', message: 'no' })
    expect(toAnswer(permission, { deny: true })).toMatchObject({ behavior: 'deny' })
  })

  test('a permission for the session, and a rule that is offered', () => {
    const offered = { type: 'addRules', rules: [{ toolName: 'Bash' }], behavior: 'allow' }
    const { request } = permission
    if (request.kind !== 'permission') throw new Error('it is one')
    const stored = asking({ ...request, suggestions: [{ type: 'setMode', mode: 'plan' }, offered] })
    expect(toAnswer(stored, { allow: true, forSession: true })).toEqual({
      behavior: 'allow',
      scope: 'session',
    })
    expect(toAnswer(stored, { allow: true, rule: 2 })).toEqual({
      behavior: 'allow',
      updatedPermissions: [offered],
    })
    expect(() => toAnswer(stored, { allow: true, rule: 3 })).toThrow('no rule 3 is offered')
  })

  test('questions: by label, by question, in own words, several', () => {
    const choice = ['PostgreSQL', 'unit', 'Tests=SQLite']
    expect(toAnswer(question, { choice })).toEqual({
      behavior: 'allow',
      updatedInput: {
        from: 'claude',
        answers: { 'Which = database?': 'PostgreSQL', 'Which tests?': 'unit, SQLite' },
      },
    })
    expect(
      toAnswer(question, { text: ['Which = database?=a=b', 'Tests=none = at all'] }),
    ).toMatchObject({
      updatedInput: { answers: { 'Which = database?': 'a=b', 'Which tests?': 'none = at all' } },
    })
    expect(toAnswer(question, { choice: ['unit'], text: ['x=y'] })).toMatchObject({
      updatedInput: { answers: { 'Which = database?': 'x=y', 'Which tests?': 'unit' } },
    })
    expect(toAnswer(question, { deny: 'later' })).toEqual({ behavior: 'deny', message: 'later' })
  })

  test('elicitations', () => {
    expect(toAnswer(elicitation, { allow: true })).toEqual({ action: 'accept' })
    expect(toAnswer(elicitation, { deny: true })).toEqual({ action: 'decline' })
    expect(toAnswer(elicitation, { content: '{"a":1}' })).toEqual({
      action: 'accept',
      content: { a: 1 },
    })
  })

  test.each([
    [permission, {}, 'there is no answer'],
    [permission, { allow: true as const, deny: true as const }, 'more than one'],
    [permission, { choice: ['a'] }, 'this is a permission'],
    [permission, { deny: true as const, rule: 1 }, 'nothing is allowed'],
    [permission, { forSession: true as const }, 'there is no answer'],
    [question, { choice: ['unit'], rule: 1 }, 'nothing is allowed'],
    [permission, { allow: true as const, rule: 1 }, 'no rule 1 is offered'],
    [permission, { content: '{}' }, 'this is a permission'],
    [question, { allow: true as const }, 'this is a question'],
    [question, { choice: ['SQLite'] }, 'in several questions'],
    [question, { choice: ['Postgres'] }, 'nothing is called "Postgres"'],
    [question, { choice: ['unit'] }, 'no answer to "Which = database?"'],
    [question, { text: ['x'] }, 'there are several questions'],
  ])('%#: %j is refused', (stored, flags, words) => {
    expect(() => toAnswer(stored, flags)).toThrow(words)
  })
})
