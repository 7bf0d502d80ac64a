import { describe, expect, test } from 'vitest'
import { outcomes, type Outcome } from '../../events/index.ts'
import { readRecordings } from '../../../test/support/recordings.ts'
import { decideOutcome, type OutcomeEvidence } from './outcome.ts'
import { outcomeRows as rows } from '../../../test/support/outcome-rows.ts'
import { toTurnResult } from './to-turn-result.ts'
import { foldMessage } from './fold-message.ts'
import { newTurnEvidence } from './turn-evidence.ts'
import { newTurnRun } from './turn-run.ts'

type Expected = {
  outcome: Outcome
  code?: string
  text: unknown
  apiStatus?: number
  retryAt?: number
}

const ok = (text: unknown): Expected => ({ outcome: 'ok', text })
const words: unknown = expect.stringMatching(/^(word ){10}/)
const interrupted: Expected = { outcome: 'cancelled', code: 'interrupted', text: words }

/** What each recorded turn came to. */
const expected: Record<string, Expected[]> = {
  'api-400': [{ outcome: 'api_error', code: 'api_error', text: '', apiStatus: 400 }],
  'api-401': [{ outcome: 'auth', code: 'authentication_failed', text: '', apiStatus: 401 }],
  'api-429-usage-limit-5h': [
    {
      outcome: 'rate_limited',
      code: 'usage_limit',
      text: '',
      apiStatus: 429,
      retryAt: 1_795_159_650_000,
    },
  ],
  'api-529': [{ outcome: 'overloaded', code: 'server_error', text: '', apiStatus: 529 }],
  'ask-deny': [ok('end')],
  'ask-user-question': [ok('end')],
  'await-claim': [ok('Hello')],
  'background-bash-oneshot': [ok('saw it')],
  'background-subagent-two-results': [ok('saw the sub report')],
  'clear-changes-session-id': [ok('Hello'), ok(''), ok('Hello')],
  'compact-manual': [ok('Hello'), ok('Hello'), ok('')],
  'control-initialize-ask-allow': [ok('end')],
  'foreground-subagent': [ok('after')],
  'interrupt-ask-cancel': [{ outcome: 'cancelled', code: 'interrupted', text: '' }],
  'interrupt-streaming-then-next': [interrupted, ok('next ok')],
  'json-schema': [ok('{"name":"bob"}')],
  'max-budget': [{ outcome: 'budget_exceeded', code: 'budget_exceeded', text: 'exp' }],
  'max-turns': [{ outcome: 'max_turns', code: 'max_turns', text: '' }],
  'message-during-tool': [ok('after')],
  'not-logged-in': [{ outcome: 'auth', code: 'authentication_failed', text: '' }],
  'permission-denied': [ok('end')],
  'prompt-too-long': [
    { outcome: 'context_overflow', code: 'prompt_too_long', text: '', apiStatus: 400 },
  ],
  'queued-messages-merge': [ok('second')],
  'rate-limit-warning': [ok('ok')],
  'resume-unknown': [{ outcome: 'session_not_found', code: 'session_not_found', text: '' }],
  'sigint-mid-stream': [interrupted],
  'sigterm-mid-stream': [{ outcome: 'killed', code: 'SIGTERM', text: '' }],
  'simple-oneshot': [ok('Hello')],
  'simple-partials': [ok('Hello there, world of words')],
  'tool-bash-write': [ok('done')],
  'warm-three-turns-uuid': [ok('Hello'), ok('Hello'), ok('Hello')],
}

/** Where the older CLI says something else. */
const expectedOfOldest: Record<string, Expected[]> = {
  ...expected,
  'api-429-usage-limit-5h': [
    {
      outcome: 'rate_limited',
      code: 'usage_limit',
      text: '',
      apiStatus: 429,
      retryAt: 1_795_159_677_000,
    },
  ],
  'clear-changes-session-id': [ok('Hello'), ok('(no content)'), ok('Hello')],
}

describe.each([
  { version: '2.1.328', table: expected },
  { version: '2.1.197', table: expectedOfOldest },
])('recordings of claude $version', ({ version, table }) => {
  const recordings = readRecordings(version)

  test('all are in the table', () => {
    expect(recordings.length).toBeGreaterThan(25)
    for (const { name } of recordings) expect(table).toHaveProperty([name])
  })

  test.each(recordings)('$name', ({ name, argv, turns }) => {
    const found = turns.map(({ promptId, messages, exit, stderr }) => {
      const run = newTurnRun({
        promptId,
        userMessage: {},
        wantsStructuredOutput: argv.includes('--json-schema'),
        iterate: () => ({ next: async () => ({ done: true, value: undefined }) }),
      })
      for (const message of messages) foldMessage(run.evidence, message)
      const result = toTurnResult(run, {
        agentId: 'a',
        sessionId: null,
        exit,
        isLost: false,
        stderrTail: stderr,
        isDiskFull: false,
        endedAt: 0,
      })
      const { outcome, error, text, apiStatus, retryAt } = result
      return { outcome, code: error?.code ?? null, text, apiStatus, retryAt }
    })
    expect(found).toEqual(
      (table[name] ?? []).map(
        ({ outcome, code = null, text, apiStatus = null, retryAt = null }) => ({
          outcome,
          code,
          text,
          apiStatus,
          retryAt,
        }),
      ),
    )
  })
})

describe('evidence', () => {
  test('of every outcome there is at least one row', () => {
    // That one is of a run which no agent was ever started for.
    const ofAgents = outcomes.filter((one) => one !== 'dependency_failed')
    expect(new Set(rows.map((row) => row.outcome))).toEqual(new Set(ofAgents))
  })

  test.each(rows)('$what: $outcome, $code', ({ says, outcome, code, ...given }) => {
    const turn = newTurnEvidence('p', given.wantsStructuredOutput ?? false)
    for (const message of says) foldMessage(turn, message)
    const evidence: OutcomeEvidence = {
      turn,
      cause: given.cause ?? null,
      exit: given.exit ?? null,
      isLost: given.isLost ?? false,
      stderrTail: given.stderrTail ?? '',
      isDiskFull: given.isDiskFull ?? false,
    }
    const judged = decideOutcome(evidence)
    expect({ outcome: judged.outcome, code: judged.error?.code ?? null }).toEqual({ outcome, code })
    expect(judged.error === null).toBe(outcome === 'ok')
    if (given.apiStatus !== undefined) expect(judged.apiStatus).toBe(given.apiStatus)
    if (given.retryAt !== undefined) expect(judged.retryAt).toBe(given.retryAt)
  })
})
