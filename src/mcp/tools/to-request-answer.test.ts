import { expect, test } from 'vitest'
import type { HumanRequest } from '../../events/human-request.ts'
import type { StoredRequest } from '../../service/contract/request.ts'
import { toRequestAnswer, type GivenAnswer } from './to-request-answer.ts'

const base = { id: 'r', openedAt: 1, toolUseId: 't', input: { a: 1 } }

const requests: Record<HumanRequest['kind'], HumanRequest> = {
  permission: {
    ...base,
    kind: 'permission',
    toolName: 'Bash',
    description: '',
    blockedPath: null,
    suggestions: [],
  },
  question: { ...base, kind: 'question', questions: [] },
  plan: { ...base, kind: 'plan', plan: '', planFilePath: null },
  elicitation: {
    ...base,
    kind: 'elicitation',
    serverName: 's',
    message: '',
    requestedSchema: null,
    url: null,
  },
  review: { ...base, kind: 'review', outcome: 'ok', text: '', error: null },
}

function stored(kind: HumanRequest['kind']): StoredRequest {
  return {
    id: 'r',
    sessionId: 's',
    sessionKey: null,
    runId: 'n',
    origin: 'agent',
    kind,
    request: requests[kind],
    state: 'open',
    openedAt: 1,
    expiresAt: null,
    closedAt: null,
    answeredBy: null,
    answer: null,
  }
}

const cases: [HumanRequest['kind'], GivenAnswer, object][] = [
  ['permission', { decision: 'allow', scope: 'session' }, { behavior: 'allow', scope: 'session' }],
  ['permission', { decision: 'deny', message: 'no' }, { behavior: 'deny', message: 'no' }],
  ['plan', { decision: 'deny' }, { behavior: 'deny', message: 'Denied.' }],
  [
    'question',
    { decision: 'allow', answers: { q: 'x' } },
    { behavior: 'allow', updatedInput: { a: 1, answers: { q: 'x' } } },
  ],
  [
    'elicitation',
    { decision: 'allow', content: { n: 1 } },
    { action: 'accept', content: { n: 1 } },
  ],
  ['elicitation', { decision: 'deny' }, { action: 'decline' }],
  ['review', { decision: 'allow' }, { behavior: 'allow' }],
  ['review', { decision: 'deny', message: 'again' }, { behavior: 'deny', message: 'again' }],
]

test.each(cases)('%s: %j', (kind, given, answer) => {
  expect(toRequestAnswer(stored(kind), given)).toEqual(answer)
})

test.each([
  ['permission', { decision: 'allow', content: {} }, 'content'],
  ['plan', { decision: 'allow', scope: 'once' }, 'scope'],
  ['elicitation', { decision: 'deny', message: 'no' }, 'message'],
] as const)('%s does not take %j', (kind, given, field) => {
  expect(() => toRequestAnswer(stored(kind), given)).toThrow(
    expect.objectContaining({ code: 'invalid_input', params: expect.objectContaining({ field }) }),
  )
})
