import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { playModel } from '../../test/support/play-model.ts'
import { isolatedEnv, newestClaude, realClaudes } from '../../test/support/real-claude.ts'
import { runClaude, toUserLine } from '../../test/support/run-claude.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { startScriptedModel, text, thinking, tool, tools } from './index.ts'
import type { ToolCall } from './index.ts'

function toTouch(name: string): ToolCall {
  return { name: 'Bash', input: { command: `touch ${name}`, description: name } }
}

describe.each(realClaudes)('claude $version', ({ path, version }) => {
  test('text is said, and the request is recorded', async () => {
    const seen = await playModel(path, {
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
    const seen = await playModel(path, {
      script: [text('hello')],
      prompt: 'write a long essay on horses',
    })
    const others = seen.requests.filter((it) => it.reply.from === 'server')
    expect(others.map((it) => `${it.method} ${it.path}`)).toEqual(
      version === newestClaude.version ? [] : ['HEAD /'],
    )
  })

  test('each prompt of a conversation is seen as the user wrote it', async () => {
    await using dir = await tempDir()
    await using model = await startScriptedModel({ script: [text('one'), text('two')] })
    const run = await runClaude(path, {
      args: ['-p', '--input-format=stream-json', '--output-format=stream-json', '--verbose'],
      cwd: dir.path,
      env: await isolatedEnv(join(dir.path, 'home'), model.url),
      stdin: toUserLine('first prompt') + toUserLine('second prompt'),
    })
    expect(run.result).toMatchObject({ result: 'two' })
    expect(model.prompts.map((it) => it.lastUserText)).toEqual(['first prompt', 'second prompt'])
  })

  test('thinking comes before text', async () => {
    const seen = await playModel(path, { script: [thinking('let me see', 'so')] })
    const blocks = seen.lines.filter((it) => it['type'] === 'assistant')
    expect(JSON.stringify(blocks[0])).toContain('let me see')
    expect(seen.result).toMatchObject({ result: 'so' })
  })

  test('a tool runs, and its result is matched on', async () => {
    const seen = await playModel(path, {
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
    const seen = await playModel(path, {
      script: [tools([toTouch('a'), toTouch('b')]), text('both')],
      args: ['--allowedTools=Bash'],
    })
    expect(seen.result).toMatchObject({ result: 'both' })
    expect(seen.files).toEqual(['a', 'b'])
    expect(seen.prompts).toHaveLength(2)
  })

  test('a script that ran dry says so in the result and in the record', async () => {
    const seen = await playModel(path, { script: [], prompt: 'what now?' })
    expect(seen.result?.['result']).toContain('the script ran dry')
    expect(seen.result?.['result']).toContain('what now?')
    expect(seen.dry.length).toBeGreaterThan(0)
    expect(seen.dry[0]).toMatchObject({ reply: { from: 'dry' }, lastUserText: 'what now?' })
  })
})
