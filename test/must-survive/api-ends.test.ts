import { describe, expect, test } from 'vitest'
import type { AgentOptions } from '../../src/agent/index.ts'
import type { TurnResult } from '../../src/events/index.ts'
import { failure, type ScriptInput } from '../../src/testing/index.ts'
import { startTestAgent } from '../support/agents.ts'
import { realClaudes } from '../support/real-claude.ts'

const schema = {
  type: 'object',
  properties: { n: { type: 'number' } },
  required: ['n'],
  additionalProperties: false,
}
const structured: Partial<AgentOptions> = { outputFormat: { type: 'json_schema', schema } }
const touch = { name: 'Bash', input: { command: 'true', description: 'd' } }

type EndCase = {
  what: string
  script: ScriptInput
  options?: Partial<AgentOptions>
  expected: Partial<TurnResult> | object
}

const cases: EndCase[] = [
  {
    what: 'a prompt too long',
    script: { otherwise: failure.promptTooLong() },
    expected: {
      outcome: 'context_overflow',
      apiStatus: 400,
      error: { code: 'prompt_too_long', message: expect.stringContaining('too long') },
    },
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
    options: { maxTurns: 2, allowedTools: ['Bash'] },
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
    options: structured,
    expected: {
      outcome: 'agent_error',
      text: 'just words',
      error: { code: 'structured_output_missing' },
    },
  },
  {
    what: 'structured output that is invalid',
    script: {
      otherwise: { text: 'trying', tools: [{ name: 'StructuredOutput', input: { n: 'x' } }] },
    },
    options: structured,
    expected: {
      outcome: 'agent_error',
      text: 'trying',
      error: { code: 'structured_output_invalid' },
    },
  },
  {
    what: 'structured output',
    script: [{ tools: [{ name: 'StructuredOutput', input: { n: 3 } }] }],
    options: structured,
    expected: { outcome: 'ok', error: null, structuredOutput: { n: 3 } },
  },
  {
    what: 'a reply cut off at its maximal length',
    script: { otherwise: { text: 'half a', stopReason: 'max_tokens' } },
    expected: { outcome: 'api_error', text: 'half a', error: { code: 'max_output_tokens' } },
  },
]

describe.each(realClaudes)('claude $version', ({ version }) => {
  test.each(cases)('E9: $what has an outcome of its own, and keeps its text', async (one) => {
    const { script, options = {}, expected } = one
    await using world = await startTestAgent({ version, script, options })
    const { agent } = world
    const result = await agent.turn('go').result
    expect(result).toMatchObject(expected)
    expect(result.error === null).toBe(result.outcome === 'ok')
    expect(result.costUsd).not.toBeNull()
    // The agent has survived it, and says the same again.
    expect(agent.state).toBe('idle')
    world.model.setScript({ otherwise: { text: 'next' } })
    const next = await agent.turn('again').result
    const isStuck = options.maxBudgetUsd !== undefined || options.outputFormat !== undefined
    if (!isStuck) expect(next).toMatchObject({ outcome: 'ok', text: 'next' })
  })

  test.each([{ login: 'API key' }, { login: 'OAuth token', oauthToken: 'sk-ant-oat01-x' }])(
    'E7: a refused $login is told at the second refusal, not after the CLI’s ten retries',
    async ({ oauthToken }) => {
      await using world = await startTestAgent({
        version,
        script: { otherwise: failure.unauthorized('invalid x-api-key') },
        ...(oauthToken === undefined ? {} : { oauthToken }),
      })
      const { agent, model } = world
      const result = await agent.turn('go').result
      expect(result).toMatchObject({
        outcome: 'auth',
        apiStatus: 401,
        text: '',
        error: { cure: expect.stringContaining('claude auth status') },
      })
      expect(model.prompts.length).toBeLessThanOrEqual(3)
      // As long as the login may be mended, the agent need not be started again.
      expect(agent.state).toBe('idle')
      model.setScript({ otherwise: { text: 'welcome' } })
      const before = model.prompts.length
      expect(await agent.turn('go').result).toMatchObject({ outcome: 'ok', text: 'welcome' })
      expect(model.prompts).toHaveLength(before + 1)
    },
  )

  test('E7: nobody logged in is told at once', async () => {
    await using world = await startTestAgent({
      version,
      script: { otherwise: { text: 'never' } },
      options: { env: { ANTHROPIC_API_KEY: '' } },
    })
    expect(await world.agent.turn('go').result).toMatchObject({
      outcome: 'auth',
      error: { message: expect.stringContaining('Not logged in') },
    })
    expect(world.model.prompts).toEqual([])
  })
})
