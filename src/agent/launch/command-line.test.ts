import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { appendSystemPromptTakesEffectOnResume, commandLine } from './command-line.ts'
import { initializeRequest } from './initialize-request.ts'
import { writeOptionFiles } from './option-files.ts'
import type { AgentOptions } from '../options/options.ts'

const base: AgentOptions = { dir: '/data', cwd: '/ws' }
const always = [
  '-p',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--verbose',
  '--replay-user-messages',
]

function flags(options: Partial<AgentOptions>, version = '2.1.328'): string[] {
  return commandLine({ ...base, ...options }, {}, version).slice(always.length)
}

describe('commandLine', () => {
  test('without options', () => {
    expect(commandLine(base, {}, '2.1.197')).toEqual([...always, '--include-partial-messages'])
    expect(flags({ includePartialMessages: false })).toEqual([])
  })

  test.each<[Partial<AgentOptions>, string[]]>([
    [{ tools: [] }, ['--tools=']],
    [{ tools: ['Bash', 'Read'] }, ['--tools=Bash,Read']],
    [{ allowedTools: ['A', 'Bash(x, y:*)'] }, ['--allowedTools=A', '--allowedTools=Bash(x, y:*)']],
    [{ disallowedTools: ['A'] }, ['--disallowedTools=A']],
    [{ additionalDirectories: ['/a b', '/c'] }, ['--add-dir=/a b', '--add-dir=/c']],
    [{ settingSources: [] }, ['--setting-sources=']],
    [{ settingSources: ['user', 'local'] }, ['--setting-sources=user,local']],
    [{ settings: '/s.json' }, ['--settings=/s.json']],
    [{ canUseTool: async () => ({ behavior: 'allow' }) }, ['--permission-prompt-tool=stdio']],
    [{ maxTurns: 2, maxBudgetUsd: 0.5 }, ['--max-turns=2', '--max-budget-usd=0.5']],
    [{ persistSession: false }, ['--no-session-persistence']],
    [{ persistSession: true }, []],
    [{ strictMcpConfig: true }, ['--strict-mcp-config']],
    [{ extraArgs: { debug: null, agent: '--x' } }, ['--debug', '--agent=--x']],
    [{ model: '-p' }, ['--model=-p']],
  ])('%j', (options, expected) => {
    expect(flags({ ...options, includePartialMessages: false })).toEqual(expected)
  })

  test('S6 a resumed session is told to heed the system prompt, where the CLI knows how', () => {
    const options = { resume: 'r', includePartialMessages: false }
    expect(flags(options)).toEqual(['--resume=r', '--system-prompt-snapshot=off'])
    expect(flags(options, '2.1.197')).toEqual(['--resume=r'])
    expect(appendSystemPromptTakesEffectOnResume('2.1.197')).toBe(true)
    expect(appendSystemPromptTakesEffectOnResume('2.1.250')).toBe(false)
    expect(appendSystemPromptTakesEffectOnResume('2.1.328')).toBe(true)
    expect(appendSystemPromptTakesEffectOnResume('2.2.0')).toBe(true)
  })

  test('W7 no secret and no text of a user is among the arguments', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hostler-files-'))
    const options: AgentOptions = {
      ...base,
      apiKey: 'SECRET',
      apiBaseUrl: 'http://SECRET',
      env: { TOKEN: 'SECRET' },
      systemPrompt: 'SECRET',
      appendSystemPrompt: 'SECRET',
      agents: { a: { description: 'SECRET', prompt: 'SECRET' } },
      outputFormat: { type: 'json_schema', schema: { description: 'SECRET' } },
      settings: { env: { A: 'SECRET' } },
      mcpServers: { a: { type: 'http', url: 'http://x', headers: { key: 'SECRET' } } },
    }
    try {
      const files = await writeOptionFiles(folder, options)
      const line = commandLine(options, files, '2.1.328')
      expect(line.join(' ')).not.toContain('SECRET')
      expect(line).toContain(`--settings=${folder}/settings.json`)
      expect(line).toContain(`--mcp-config=${folder}/mcp.json`)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('writeOptionFiles', () => {
  test('writes for its owner only, and only what there is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hostler-files-'))
    try {
      const instance = { connect: () => Promise.resolve() }
      expect(await writeOptionFiles(folder, {})).toEqual({})
      expect(
        await writeOptionFiles(folder, {
          settings: '/s',
          mcpServers: { a: { type: 'sdk', instance } },
        }),
      ).toEqual({})
      const files = await writeOptionFiles(folder, {
        settings: { model: 'm' },
        mcpServers: { a: { type: 'sdk', instance }, b: { command: 'x' } },
      })
      for (const path of [files.settings ?? '', files.mcpConfig ?? '']) {
        expect((await stat(path)).mode & 0o777).toBe(0o600)
      }
      expect(JSON.parse(await readFile(files.settings ?? '', 'utf8'))).toEqual({ model: 'm' })
      expect(JSON.parse(await readFile(files.mcpConfig ?? '', 'utf8'))).toEqual({
        mcpServers: { b: { command: 'x' } },
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('initializeRequest', () => {
  test('says only what is given', () => {
    expect(initializeRequest({}).request).toEqual({ subtype: 'initialize' })
    expect(initializeRequest({ systemPrompt: '', hooks: { Stop: [] } }).request).toEqual({
      subtype: 'initialize',
      systemPrompt: [''],
    })
  })

  test('registers hooks under ids that follow from their places', () => {
    const [first, second, third] = [async () => ({}), async () => ({}), async () => ({})]
    const hooks = {
      PreToolUse: [{ matcher: 'Bash', hooks: [first, second], timeout: 2 }, { hooks: [third] }],
    }
    const { request, hookCallbacks } = initializeRequest({ hooks })
    expect(request.hooks).toEqual({
      PreToolUse: [
        { matcher: 'Bash', hookCallbackIds: ['PreToolUse-0-0', 'PreToolUse-0-1'], timeout: 2 },
        { hookCallbackIds: ['PreToolUse-1-0'] },
      ],
    })
    expect(hookCallbacks.get('PreToolUse-0-1')).toBe(second)
    expect(hookCallbacks.get('PreToolUse-1-0')).toBe(third)
    expect([...initializeRequest({ hooks }).hookCallbacks.keys()]).toEqual([
      ...hookCallbacks.keys(),
    ])
  })
})
