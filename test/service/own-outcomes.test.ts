import { describe, expect, test } from 'vitest'
import { failure, type ScriptInput } from '../../src/testing/index.ts'
import { realClaudes } from '../support/real-claude.ts'
import { startTestService } from '../support/running-service.ts'
import { waitFor } from '../support/wait-for.ts'

const touch = { name: 'Bash', input: { command: 'true', description: 'd' } }
const schema = {
  type: 'object',
  properties: { n: { type: 'number' } },
  required: ['n'],
  additionalProperties: false,
}

type Case = {
  what: string
  script: ScriptInput
  options?: Record<string, unknown>
  profile?: Record<string, unknown>
  expected: { outcome: string; text: string; error: { code: string } }
}

const cases: Case[] = [
  {
    what: 'a prompt too long',
    script: { otherwise: failure.promptTooLong() },
    expected: { outcome: 'context_overflow', text: '', error: { code: 'prompt_too_long' } },
  },
  {
    what: 'a refusal',
    script: { otherwise: failure.refusal() },
    expected: { outcome: 'refused', text: '', error: { code: 'refusal' } },
  },
  {
    what: 'an empty reply',
    script: { otherwise: failure.empty() },
    expected: { outcome: 'agent_error', text: '', error: { code: 'empty_reply' } },
  },
  {
    what: 'too many turns',
    script: { otherwise: { text: 'on it', tools: [touch] } },
    profile: { allowedTools: ['Bash'] },
    options: { maxTurns: 2 },
    expected: { outcome: 'max_turns', text: 'on it', error: { code: 'max_turns' } },
  },
  {
    what: 'a budget that is spent',
    script: { otherwise: { text: 'a dear answer', usage: { outputTokens: 100_000 } } },
    options: { maxBudgetUsd: 0.01 },
    expected: {
      outcome: 'budget_exceeded',
      text: 'a dear answer',
      error: { code: 'budget_exceeded' },
    },
  },
  {
    what: 'structured output that is missing',
    script: { otherwise: { text: 'just words' } },
    options: { outputFormat: { type: 'json_schema', schema } },
    expected: {
      outcome: 'agent_error',
      text: 'just words',
      error: { code: 'structured_output_missing' },
    },
  },
]

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each(cases)(
    'E9: $what: one attempt, an outcome of its own, the text there is',
    async (one) => {
      const { script, options = {}, profile = {}, expected } = one
      await using world = await startTestService({ version, script, profile })
      const { hostler } = world
      const run = await hostler.runs.submit({ key: 'k', prompt: 'go', options })
      const done = await world.ended(run)
      expect(done).toMatchObject({ state: 'failed', ...expected })
      expect(done.attempts).toHaveLength(1)
      // Neither the account nor the conversation is to blame.
      expect((await hostler.accounts.list()).map(({ state }) => state)).toEqual(['ok'])
      expect((await hostler.sessions.get(run.sessionId)).held).toBeNull()
    },
  )
})

test('an outcome that its profile has tried again, is: in the same conversation', async () => {
  await using world = await startTestService({
    profile: { outcomes: { refused: { do: 'retry', maxAttempts: 2 } } },
    script: [failure.refusal({ repeat: 2 }), { text: 'well then', repeat: true }],
  })
  const { hostler } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
  const done = await world.ended(run)
  expect(done).toMatchObject({ outcome: 'ok', text: 'well then' })
  const outcomes = done.attempts.map(({ outcome }) => outcome)
  expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(1)
  // Each has its own log and cost.
  const sum = done.attempts.reduce((total, { costUsd }) => total + (costUsd ?? Number.NaN), 0)
  expect(done.costUsd).toBeCloseTo(sum, 6)
  for (const { number, log } of done.attempts) {
    const { from, to } = await hostler.runs.log(run.id, { attempt: number })
    expect([from, to]).toEqual([log?.from, log?.to])
    expect(to).toBeGreaterThan(from)
  }
  const reasons = (await world.events(run.sessionId)).flatMap((event) =>
    event.type === 'run_waiting' ? event.reason : [],
  )
  expect(reasons[0]).toBe('after refused')
  // The CLI has taken the prompt: that it is sent again is said.
  expect(reasons.slice(1)).toEqual(
    outcomes.filter((one) => one === 'protocol').map(() => 'its prompt is sent under another id'),
  )
})

test('an outcome that its profile asks a human about waits for one', async () => {
  await using world = await startTestService({
    profile: { outcomes: { refused: 'ask' } },
    script: { otherwise: failure.refusal() },
  })
  const { hostler } = world
  const run = await hostler.runs.submit({ key: 'k', prompt: 'go' })
  const request = await waitFor(
    async () => (await hostler.requests.list({ runId: run.id })).items[0],
    { timeoutMs: 20_000 },
  )
  expect(request).toMatchObject({ kind: 'review', request: { outcome: 'refused' } })
  expect(await hostler.runs.get(run.id)).toMatchObject({
    state: 'waiting',
    waiting: { on: 'human' },
  })
})
