import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isolatedEnv, realClaudes } from '../../test/support/real-claude.ts'
import { runClaude, type ClaudeRun } from '../../test/support/run-claude.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { failure, startScriptedModel, text, thinking, tool, tools } from './index.ts'
import type { ModelRequest, ScriptInput, ToolCall } from './index.ts'

type Case = {
  script: ScriptInput
  args?: string[]
  oauthToken?: string
  maxRetries?: number
  prompt?: string
}
type Seen = ClaudeRun & {
  prompts: readonly ModelRequest[]
  requests: readonly ModelRequest[]
  dry: readonly ModelRequest[]
  files: string[]
}

function toTouch(name: string): ToolCall {
  return { name: 'Bash', input: { command: `touch ${name}`, description: name } }
}

describe.each(realClaudes)('claude $version', ({ version, path }) => {
  const isNewest = version === '2.1.328'

  async function play({ script, args = [], prompt = 'go', ...rest }: Case): Promise<Seen> {
    await using dir = await tempDir()
    await using model = await startScriptedModel({ script })
    const env = await isolatedEnv(join(dir.path, 'home'), model.url, { maxRetries: 0, ...rest })
    const run = await runClaude(path, {
      args: ['-p', '--output-format=stream-json', '--verbose', ...args, '--', prompt],
      cwd: dir.path,
      env,
    })
    const files = ['a', 'b'].filter((name) => existsSync(join(dir.path, name)))
    return {
      ...run,
      prompts: [...model.prompts],
      requests: [...model.requests],
      dry: [...model.errors],
      files,
    }
  }

  test('text is said, and the request is recorded', async () => {
    const seen = await play({
      script: [text('hello', { usage: { inputTokens: 7, outputTokens: 3 } })],
    })
    expect(seen.code).toBe(0)
    expect(seen.result).toMatchObject({ is_error: false, result: 'hello' })
    expect(seen.result?.['usage']).toMatchObject({ input_tokens: 7, output_tokens: 3 })
    expect(seen.prompts).toHaveLength(1)
    expect(seen.prompts[0]).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      stream: true,
      lastUserText: 'go',
      hasToolResult: false,
      reply: { from: 'script', index: 0 },
      end: 'finished',
    })
    expect(seen.prompts[0]?.headers['x-api-key']).toBe('sk-ant-dummy')
  })

  test('the CLI makes no requests of its own that would eat replies', async () => {
    const seen = await play({ script: [text('hello')], prompt: 'write a long essay on horses' })
    const others = seen.requests.filter((it) => it.reply.from === 'server')
    expect(others.map((it) => `${it.method} ${it.path}`)).toEqual(isNewest ? [] : ['HEAD /'])
  })

  test('thinking comes before text', async () => {
    const seen = await play({ script: [thinking('let me see', 'so')] })
    const blocks = seen.lines.filter((it) => it['type'] === 'assistant')
    expect(JSON.stringify(blocks[0])).toContain('let me see')
    expect(seen.result).toMatchObject({ result: 'so' })
  })

  test('a tool runs, and its result is matched on', async () => {
    const seen = await play({
      script: [
        tool('Bash', { command: 'touch a; echo made', description: 'make' }, { text: 'now' }),
        text('wrong', { when: { toolResultText: 'nothing of the kind' } }),
        text('right', { when: { toolResultText: 'made', lastUserText: 'go' } }),
      ],
      args: ['--allowedTools=Bash'],
    })
    expect(seen.result).toMatchObject({ result: 'right' })
    expect(seen.files).toEqual(['a'])
    expect(seen.prompts[1]).toMatchObject({ hasToolResult: true, lastUserText: 'go' })
  })

  test('several tools run at once', async () => {
    const seen = await play({
      script: [tools([toTouch('a'), toTouch('b')]), text('both')],
      args: ['--allowedTools=Bash'],
    })
    expect(seen.result).toMatchObject({ result: 'both' })
    expect(seen.files).toEqual(['a', 'b'])
    expect(seen.prompts).toHaveLength(2)
  })

  test('a rate limit', async () => {
    const seen = await play({ script: [failure.rateLimited({ retryAfterS: 3600 })] })
    expect(seen.code).toBe(1)
    expect(seen.result).toMatchObject({ is_error: true, subtype: 'success', api_error_status: 429 })
    expect(seen.prompts).toHaveLength(1)
  })

  test.each(['five_hour', 'seven_day'] as const)('a used-up %s limit', async (claim) => {
    const resetsAt = Math.floor(Date.now() / 1000) + 7200
    const seen = await play({
      script: [failure.usageLimit({ claim, resetsAt })],
      oauthToken: 'sk-ant-oat01-dummy',
      maxRetries: 10,
    })
    expect(seen.prompts).toHaveLength(1)
    expect(seen.prompts[0]?.headers['authorization']).toBe('Bearer sk-ant-oat01-dummy')
    const event = seen.lines.find((it) => it['type'] === 'rate_limit_event')
    expect(event?.['rate_limit_info']).toMatchObject({
      status: 'rejected',
      resetsAt,
      rateLimitType: claim,
    })
    expect(seen.result).toMatchObject({ is_error: true, api_error_status: 429 })
  })

  test('overload is tried three times', async () => {
    const seen = await play({ script: [failure.overloaded({ repeat: true })], maxRetries: 10 })
    expect(seen.prompts).toHaveLength(3)
    expect(seen.result).toMatchObject({ is_error: true })
    expect(seen.result?.['result']).toContain('529')
  })

  test('a bad key, a bad request, a server error', async () => {
    const bad = await play({ script: [failure.badRequest('odd', { repeat: true })] })
    expect(bad.result).toMatchObject({ result: 'API Error: 400 odd', api_error_status: 400 })
    const key = await play({ script: [failure.unauthorized()] })
    expect(key.result).toMatchObject({ result: 'Invalid API key · Fix external API key' })
    const server = await play({ script: [failure.serverError()] })
    expect(server.result?.['result']).toContain('API Error: 500')
  })

  test('a prompt that is too long', async () => {
    const seen = await play({ script: [failure.promptTooLong()] })
    expect(seen.result).toMatchObject({ is_error: true, terminal_reason: 'prompt_too_long' })
    expect(seen.result?.['result']).toMatch(/^Prompt is too long/)
  })

  test('a refusal', async () => {
    const seen = await play({ script: [failure.refusal({ repeat: 2 })] })
    expect(seen.result).toMatchObject({ is_error: true, stop_reason: 'refusal' })
  })

  test('an empty reply', async () => {
    const seen = await play({ script: [failure.empty({ repeat: true })] })
    expect(seen.code).toBe(0)
    expect(seen.result).toMatchObject({ is_error: false, result: '' })
    expect(seen.prompts).toHaveLength(2)
  })

  test('a drop in mid-block makes the CLI ask again without streaming', async () => {
    const seen = await play({
      script: [
        failure.drop('mid_block', { text: 'half of a long text that breaks off' }),
        text('whole'),
      ],
    })
    expect(seen.result).toMatchObject({ is_error: false, result: 'whole' })
    expect(seen.prompts.map((it) => it.stream)).toEqual([true, false])
    expect(seen.prompts.map((it) => it.end)).toEqual(['cut', 'finished'])
  })

  test('an error event in mid-stream does so too', async () => {
    const seen = await play({
      script: [failure.streamError({ text: 'half of a long text that breaks off' }), text('whole')],
    })
    expect(seen.result).toMatchObject({ is_error: false, result: 'whole' })
  })

  test('a drop before the headers', async () => {
    const seen = await play({ script: [failure.drop()] })
    expect(seen.result).toMatchObject({ is_error: true, api_error_status: null })
    expect(seen.result?.['result']).toContain('ECONNRESET')
  })

  test('a script that ran dry says so in the result and in the record', async () => {
    const seen = await play({ script: [], prompt: 'what now?' })
    expect(seen.result?.['result']).toContain('the script ran dry')
    expect(seen.result?.['result']).toContain('what now?')
    expect(seen.dry.length).toBeGreaterThan(0)
    expect(seen.dry[0]).toMatchObject({ reply: { from: 'dry' }, lastUserText: 'what now?' })
  })
})
