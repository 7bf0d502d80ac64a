import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HostlerError } from '../../errors.ts'
import { parseAgentOptions } from './parse-options.ts'

const uuid = '0d9c2f3e-5a7b-4c1d-8e2f-3a4b5c6d7e8f'
const schema = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }
const user = { isRoot: false, env: {} }
const allow = (): Promise<{ behavior: 'allow' }> => Promise.resolve({ behavior: 'allow' })
let folder = ''
let base = { dir: '', cwd: '' }

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hostler-options-'))
  base = { dir: join(folder, 'data'), cwd: folder }
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'file'), 'x')
  writeFileSync(join(folder, 'settings.json'), '{"model":"m"}')
  writeFileSync(join(folder, 'list.json'), '[]')
  writeFileSync(join(folder, `${uuid}.jsonl`), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

function refusal(
  options: unknown,
  context: Parameters<typeof parseAgentOptions>[1] = user,
): string {
  try {
    parseAgentOptions(options, context)
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    return `${error.code} ${error.message}: ${error.cure}`
  }
  throw new Error('was not refused')
}

describe('options that are taken', () => {
  test('all of them, and what is undefined counts as not given', () => {
    const instance = { connect: () => Promise.resolve() }
    const options = {
      ...base,
      model: 'opus',
      fallbackModel: 'sonnet',
      systemPrompt: '',
      appendSystemPrompt: 'short, please',
      effort: 'high',
      tools: [],
      allowedTools: ['Bash(git commit:*)'],
      disallowedTools: ['WebSearch'],
      permissionMode: 'acceptEdits',
      canUseTool: allow,
      requestTimeoutMs: 1000,
      maxTurns: 3,
      maxBudgetUsd: 0.5,
      settings: { plansDirectory: './plans' },
      settingSources: [],
      mcpServers: {
        here: { type: 'sdk', instance },
        there: { command: 'x', args: ['-y'], env: { A: '' } },
        far: { type: 'http', url: 'https://localhost:1/mcp', headers: { a: 'b' } },
      },
      strictMcpConfig: true,
      agents: { zebra: { description: 'd', prompt: 'p' } },
      hooks: { PreToolUse: [{ matcher: 'Bash', hooks: [() => Promise.resolve({})], timeout: 2 }] },
      outputFormat: { type: 'json_schema', schema },
      resume: uuid,
      forkSession: true,
      sessionId: uuid,
      persistSession: false,
      env: { FOO: 'bar' },
      extraArgs: { debug: null, agent: 'zebra' },
      apiBaseUrl: 'http://127.0.0.1:1/v1/',
      apiKey: 'k',
      maxLineBytes: 100_000,
    }
    const parsed = parseAgentOptions({ ...options, stallTimeoutMs: undefined }, user)
    expect(parsed).toEqual(options)
    expect('stallTimeoutMs' in parsed).toBe(false)
    expect(parsed.canUseTool).toBe(allow)
    expect(parsed.mcpServers?.['here']).toHaveProperty('instance', instance)
  })

  test('paths become absolute, seen from the workspace', () => {
    const parsed = parseAgentOptions(
      {
        ...base,
        settings: 'settings.json',
        additionalDirectories: ['sub'],
        resume: `${uuid}.jsonl`,
      },
      user,
    )
    expect(parsed.settings).toBe(join(folder, 'settings.json'))
    expect(parsed.additionalDirectories).toEqual([join(folder, 'sub')])
    expect(parsed.resume).toBe(join(folder, `${uuid}.jsonl`))
  })

  test('history without being added to: resume with persistSession false', () => {
    expect(parseAgentOptions({ ...base, resume: uuid, persistSession: false }, user)).toBeTruthy()
  })
})

describe('options that are refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['unknown', { max_turns: 3 }, /^invalid_option max_turns: .*did you mean "maxTurns"\?/],
    [
      'unknown, near none',
      { temperature: 3 },
      /temperature: there is no such option: leave it out/,
    ],
    ['misspelt beside a wrong one', { modle: 'x', maxTurns: 'x' }, /modle: .*"model"/],
    ['of the SDK', { pathToClaudeCodeExecutable: '/x' }, /use claudeBin/],
    ['of the SDK', { dangerouslySkipPermissions: true }, /use permissionMode: "bypass/],
    ['of the SDK', { abortController: {} }, /\{ signal \}/],
    [
      'of the SDK',
      { systemPrompt: { type: 'preset' } },
      /systemPrompt: cannot be object: give a text/,
    ],
    ['a wrong type', { maxTurns: '3' }, /maxTurns: cannot be "3": give a whole number/],
    ['no turns', { maxTurns: 0 }, /maxTurns: cannot be 0/],
    ['no budget', { maxBudgetUsd: 0 }, /maxBudgetUsd: .*above 0/],
    [
      'a timer that would fire at once',
      { timeoutMs: 2 ** 31 },
      /timeoutMs: .*from 1 to 2147483647/,
    ],
    ['NaN', { maxBudgetUsd: Number.NaN }, /maxBudgetUsd: cannot be NaN/],
    ['a misspelt mode', { permissionMode: 'acceptEdit' }, /did you mean "acceptEdits"/],
    ['an empty model', { model: '' }, /model: cannot be ""/],
    ['no callback', { canUseTool: true }, /canUseTool: cannot be true: give a function/],
    ['a wrong server', { mcpServers: { lab: { type: 'http' } } }, /mcpServers\.lab: .*url/],
    ['an unknown hook', { hooks: { PreTooluse: [] } }, /hooks\.PreTooluse: .*"PreToolUse"/],
    ['a hook never called', { hooks: { SessionStart: [] } }, /SessionStart: .*never calls/],
    [
      'an unknown field',
      { agents: { a: { description: 'd', prompt: 'p', tool: 1 } } },
      /agents\.a\.tool/,
    ],
    ['a session id', { sessionId: 'abc' }, /sessionId: cannot be "abc": give a UUID/],
    ['a title', { resume: 'my session' }, /resume: "my session" is not a session id/],
    ['no transcript', { resume: '/none.jsonl' }, /no transcript "\/none\.jsonl"/],
    ['two ids', { resume: uuid, sessionId: uuid }, /sessionId: .*forkSession: true/],
    ['nothing to fork', { forkSession: true }, /forkSession: .*as resume/],
    ['the same model', { model: 'm', fallbackModel: 'm' }, /fallbackModel: is the same/],
    ['two logins', { apiKey: 'k', oauthToken: 't' }, /oauthToken: apiKey is given as well/],
    [
      'two logins',
      { oauthToken: 't', env: { ANTHROPIC_API_KEY: 'k' } },
      /env\.ANTHROPIC_API_KEY: /,
    ],
    ['two addresses', { apiBaseUrl: 'http://a', env: { ANTHROPIC_BASE_URL: 'x' } }, /_BASE_URL: /],
    ['an address', { apiBaseUrl: 'localhost:80' }, /apiBaseUrl: .*not an http\(s\) URL/],
    ['an address with a query', { apiBaseUrl: 'http://a/?b=c' }, /apiBaseUrl: must not have/],
    [
      'a rule both ways',
      { allowedTools: ['Edit'], disallowedTools: ['Edit'] },
      /"Edit" is in allowed/,
    ],
    ['a tool both ways', { tools: ['Edit'], disallowedTools: ['Edit'] }, /"Edit" is in tools too/],
    ['a rule as a tool', { tools: ['Bash(git:*)'] }, /tools: .*allowedTools/],
    ['nobody to ask', { requestTimeoutMs: 5 }, /requestTimeoutMs: nothing would ever ask/],
    [
      'a line over the log',
      { maxLineBytes: 70_000, maxLogBytes: 5 },
      /maxLineBytes: 70000 is more/,
    ],
    ['a line too short to start', { maxLineBytes: 100 }, /maxLineBytes: .*from 65536/],
    ['our name', { env: { HOSTLER_AGENT_ID: 'x' } }, /env\.HOSTLER_AGENT_ID: /],
    ['a nesting marker', { env: { CLAUDECODE: '1' } }, /env\.CLAUDECODE: .*another session/],
    ['what we set', { env: { CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '' } }, /use backgroundWork/],
    ['a variable’s name', { env: { 'A-B': 'x' } }, /env\.A-B: /],
    ['a variable with NUL', { env: { A: 'x\0' } }, /env\.A: has a NUL/],
    ['a flag of ours', { extraArgs: { 'output-format': 'text' } }, /extraArgs\.output-format: /],
    [
      'the dangerous flag',
      { extraArgs: { 'dangerously-skip-permissions': null } },
      /use permissionM/,
    ],
    [
      'a flag with dashes',
      { extraArgs: { '--agent': 'x' } },
      /extraArgs\.--agent: .*without dashes/,
    ],
    ['a flag with NUL', { extraArgs: { agent: 'x\0y' } }, /extraArgs\.agent: has a NUL/],
    ['a model with NUL', { model: 'x\0y' }, /model: has a NUL/],
    ['half a character', { appendSystemPrompt: 'a\ud800' }, /appendSystemPrompt: .*at index 1/],
    [
      'no type',
      { outputFormat: { type: 'json_schema', schema: { type: 'objekt' } } },
      /schema\.type/,
    ],
    [
      'a wrong inner schema',
      {
        outputFormat: {
          type: 'json_schema',
          schema: { type: 'object', properties: { a: { type: 'text' } } },
        },
      },
      /outputFormat\.schema\.properties\.a\.type: "text" is not a type/,
    ],
    [
      'required as a flag',
      { outputFormat: { type: 'json_schema', schema: { ...schema, required: true } } },
      /schema\.required/,
    ],
    ['no workspace', { cwd: '/no/such/folder' }, /cwd: "\/no\/such\/folder" does not exist/],
  ])('%s: %j', (_, options, expected) => {
    expect(refusal({ ...base, ...options })).toMatch(expected)
    expect(refusal({ ...base, ...options })).not.toContain('\n')
  })

  test('files where folders should be, and the other way round', () => {
    const file = join(folder, 'file')
    expect(refusal({ ...base, cwd: file })).toMatch(/cwd: .* is not a folder/)
    expect(refusal({ ...base, dir: file })).toMatch(/dir: .* is not a folder/)
    expect(refusal({ ...base, additionalDirectories: ['none'] })).toMatch(/none" does not exist/)
    expect(refusal({ ...base, settings: 'none.json' })).toMatch(/settings: .* cannot be read/)
    expect(refusal({ ...base, settings: 'file' })).toMatch(/settings: .* is not JSON/)
    expect(refusal({ ...base, settings: 'list.json' })).toMatch(/settings: .* not a JSON object/)
  })

  test.each([[null], [5], ['text'], [[]]])('no options at all: %j', (options) => {
    expect(refusal(options)).toMatch(/^invalid_option options: /)
  })

  test('W7 secrets are not repeated in errors', () => {
    const secret = 'sk-ant-secret'
    const wrong = [
      { apiKey: [secret] },
      { env: { A: [secret] } },
      { mcpServers: { lab: { type: 'http', url: secret, headers: { key: secret } } } },
      { apiKey: secret, oauthToken: secret },
      { apiKey: `${secret}\0` },
      { settings: [secret] },
    ]
    for (const options of wrong) expect(refusal({ ...base, ...options })).not.toContain(secret)
  })

  test('nothing is written', () => {
    const before = readdirSync(folder)
    parseAgentOptions(base, user)
    expect(readdirSync(folder)).toEqual(before)
  })
})

function bypass(): Record<string, unknown> {
  return { ...base, permissionMode: 'bypassPermissions' }
}

describe('bypassPermissions as root', () => {
  const root = { isRoot: true, env: {} }

  test('is refused with the cure', () => {
    expect(refusal(bypass(), root)).toMatch(/^bypass_as_root .*IS_SANDBOX=1/)
    expect(refusal(bypass(), { isRoot: true, env: { IS_SANDBOX: 'true' } })).toMatch(/^bypass_as/)
    expect(
      refusal(
        { ...bypass(), env: { IS_SANDBOX: '0' } },
        { isRoot: true, env: { IS_SANDBOX: '1' } },
      ),
    ).toMatch(/^bypass_as/)
  })

  test('is taken in a sandbox, and from others', () => {
    expect(parseAgentOptions(bypass(), { isRoot: true, env: { IS_SANDBOX: '1' } })).toBeTruthy()
    expect(parseAgentOptions({ ...bypass(), env: { IS_SANDBOX: '1' } }, root)).toBeTruthy()
    expect(parseAgentOptions(bypass(), user)).toBeTruthy()
  })
})
