import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startScriptedModel, type ScriptedModel } from '../../testing/index.ts'
import { newestCheckedVersion, oldestSupportedVersion } from '../claude/claude-version.ts'
import { commandLine } from './command-line.ts'
import { agentEnvironment } from './environment.ts'
import { initializeRequest } from './initialize-request.ts'
import { findPlatformBinary } from '../claude/npm-claude.ts'
import { writeOptionFiles } from './option-files.ts'
import { parseAgentOptions } from '../options/parse-options.ts'
import { parsePrompt, toUserMessage, type SlashCommands } from '../options/prompt.ts'

// What arguments, files, `initialize` and prompts mean to the real CLI, at both ends of the range of
// versions. No supervision here: one prompt, then the end of stdin.
type Line = Record<string, unknown>
type Run = { lines: Line[]; code: number | null; stderr: string }

const require = createRequire(import.meta.url)
const versions: [string, string][] = [
  [newestCheckedVersion, import.meta.url],
  [oldestSupportedVersion, require.resolve('claude-code-oldest/package.json')],
]

function lineOf(lines: Line[], type: string): Line {
  return lines.find((line) => line['type'] === type) ?? {}
}

let folder = ''
let model: ScriptedModel
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostler-contract-'))
  await mkdir(join(folder, 'home'))
  await mkdir(join(folder, 'ws'))
  model = await startScriptedModel()
})
afterEach(async () => {
  await model.close()
  await rm(folder, { recursive: true })
})

describe.each(versions)('claude %s', (version, place) => {
  async function run(
    given: Record<string, unknown>,
    prompt: unknown = 'hi',
    slashCommands?: SlashCommands,
  ): Promise<Run> {
    const env = { HOME: join(folder, 'home'), PATH: process.env['PATH'] }
    const isolation = { CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }
    const options = parseAgentOptions(
      {
        dir: folder,
        cwd: join(folder, 'ws'),
        apiBaseUrl: `${model.url}/v1/`,
        apiKey: 'sk-ant-dummy',
        env: isolation,
        ...given,
      },
      { isRoot: true, env },
    )
    const own = await mkdtemp(join(folder, 'agent-'))
    const files = await writeOptionFiles(own, options)
    const binary = await findPlatformBinary(place)
    if (binary === null) throw new Error(`claude ${version} is not installed`)
    // Into files, as hostler does it: into a pipe, 2.1.197 loses the rest of a long line as it exits.
    await using stdout = await open(join(own, 'out.jsonl'), 'w+')
    await using stderr = await open(join(own, 'err.log'), 'w+')
    const child = spawn(binary, commandLine(options, files, version), {
      cwd: options.cwd,
      env: agentEnvironment(options, { env, agentId: 'a' }),
      stdio: ['pipe', stdout.fd, stderr.fd],
    })
    const exited = once(child, 'exit')
    if (child.stdin === null) throw new Error('no stdin')
    // A CLI that refused its arguments is gone before it is written to.
    child.stdin.on('error', () => {})
    const { request } = initializeRequest(options)
    child.stdin.write(`${JSON.stringify({ type: 'control_request', request_id: 'i', request })}\n`)
    const message = toUserMessage(parsePrompt(prompt), { uuid: crypto.randomUUID(), slashCommands })
    child.stdin.end(`${JSON.stringify(message)}\n`)
    const [code]: unknown[] = await exited
    const lines = (await readFile(join(own, 'out.jsonl'), 'utf8')).trimEnd().split('\n')
    return {
      lines: lines.filter((line) => line !== '').map((line) => JSON.parse(line)),
      code: typeof code === 'number' ? code : null,
      stderr: await readFile(join(own, 'err.log'), 'utf8'),
    }
  }

  test('system prompts, subagents and the schema arrive through initialize', async () => {
    model.push({ tools: [{ name: 'StructuredOutput', input: { n: 3 } }] })
    const { lines, code } = await run({
      systemPrompt: 'be SYSTEM-MARK',
      appendSystemPrompt: 'and APPEND-MARK',
      agents: { zebra: { description: 'ZEBRA-MARK', prompt: 'be striped' } },
      outputFormat: { type: 'json_schema', schema: { type: 'object', properties: { n: {} } } },
    })
    expect(code).toBe(0)
    const [request] = model.prompts
    expect(request?.systemText).toContain('be SYSTEM-MARK')
    expect(request?.systemText).toContain('and APPEND-MARK')
    expect(JSON.stringify(request?.body)).toContain('ZEBRA-MARK')
    expect(lineOf(lines, 'result')).toMatchObject({ structured_output: { n: 3 } })
  })

  test('S6 a system prompt that changes on resume takes effect', async () => {
    const sessionId = crypto.randomUUID()
    model.push({ text: 'one' }, { text: 'two' }, { text: 'three' })
    await run({ sessionId, appendSystemPrompt: 'FIRST-MARK' })
    await run({ resume: sessionId, appendSystemPrompt: 'SECOND-MARK' })
    await run({ resume: sessionId })
    const marks = model.prompts.map(({ systemText }) => systemText.match(/[A-Z]+-MARK/g))
    expect(marks).toEqual([['FIRST-MARK'], ['SECOND-MARK'], null])
    expect(model.prompts[2]?.conversation).toContain('two')
  })

  test('every flag is known, and the settings file is read', async () => {
    model.push({ text: 'ok' })
    const { lines, code, stderr } = await run({
      model: 'claude-opus-4-8',
      fallbackModel: 'claude-haiku-4-5',
      effort: 'high',
      tools: ['Bash', 'Read'],
      allowedTools: ['Bash(git commit:*)'],
      disallowedTools: ['WebSearch', 'Bash(rm:*)'],
      additionalDirectories: [folder],
      permissionMode: 'dontAsk',
      canUseTool: () => Promise.resolve({ behavior: 'allow' }),
      maxTurns: 3,
      maxBudgetUsd: 5,
      settings: { outputStyle: 'Explanatory' },
      settingSources: [],
      mcpServers: { lab: { command: 'true' } },
      strictMcpConfig: true,
      persistSession: false,
      includePartialMessages: true,
      sessionId: '0d9c2f3e-5a7b-4c1d-8e2f-3a4b5c6d7e8f',
    })
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(lines.find(({ subtype }) => subtype === 'init')).toMatchObject({
      claude_code_version: version,
      session_id: '0d9c2f3e-5a7b-4c1d-8e2f-3a4b5c6d7e8f',
      tools: ['Bash', 'Read'],
      model: 'claude-opus-4-8',
      permissionMode: 'dontAsk',
      output_style: 'Explanatory',
      mcp_servers: [expect.objectContaining({ name: 'lab' })],
    })
    expect(lines.some(({ type }) => type === 'stream_event')).toBe(true)
  })

  test.each(['--help', '-c', 'a\0b', 'a\rb\r\nc', '  hi \n', `long ${'x'.repeat(1_000_000)}`])(
    'O4 the prompt reaches the model as sent: %.20j',
    async (prompt) => {
      model.push({ text: 'ok' })
      expect((await run({}, prompt)).code).toBe(0)
      expect(model.prompts[0]?.lastUserText).toBe(prompt)
    },
  )

  test.each<[string, unknown]>([
    ['a text', '/context'],
    [
      'the last block',
      [
        { type: 'text', text: 'look:' },
        { type: 'text', text: '/context' },
      ],
    ],
  ])('O7 a command as %s is run only when wanted', async (_, prompt) => {
    model.push({ text: 'ok' })
    await run({}, prompt)
    expect(model.prompts[0]?.lastUserText).toMatch(/ \/context$/)
    const { lines } = await run({}, prompt, 'run')
    expect(model.prompts).toHaveLength(1)
    expect(lineOf(lines, 'result')['result']).toContain('Context Usage')
  })
})
