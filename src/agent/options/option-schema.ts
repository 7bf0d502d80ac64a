import { z } from 'zod'
import { permissionModes } from './options.ts'
import type {
  AgentOptions,
  CanUseTool,
  ConnectableMcpServer,
  HookCallback,
  OnElicitation,
} from './options.ts'

// Node's timers take no more: a longer one would fire at once.
const maxTimerMs = 2 ** 31 - 1
// The CLI's answer to `initialize` alone has 17 kB.
const minLineBytes = 65_536

// Each `error` says what is right, as the object of "give".
const text = z.string({ error: 'a text' }).min(1, { error: 'a text that is not empty' })
const flag = z.boolean({ error: 'true or false' })
const texts = z.array(text, { error: 'an array of texts' })
const record = z.record(z.string(), z.unknown(), { error: 'an object' })
const environment = z.record(z.string(), z.string({ error: 'a text' }), {
  error: 'an object of texts',
})
const milliseconds = whole(1, maxTimerMs, 'milliseconds')

function whole(from: number, to: number, unit: string): z.ZodNumber {
  const error = `a whole number of ${unit} from ${from} to ${to}`
  return z.number({ error }).int({ error }).min(from, { error }).max(to, { error })
}

function callable<Callback>(): z.ZodCustom<Callback> {
  return z.custom<Callback>((value) => typeof value === 'function', { error: 'a function' })
}

const mcpServer = z.union(
  [
    z.strictObject({
      type: z.literal('stdio').exactOptional(),
      command: text,
      args: z.array(z.string()).exactOptional(),
      env: environment.exactOptional(),
    }),
    z.strictObject({
      type: z.literal(['http', 'sse']),
      url: z.url({ protocol: /^https?$/ }),
      headers: environment.exactOptional(),
    }),
    z.strictObject({
      type: z.literal('sdk'),
      instance: z.custom<ConnectableMcpServer>(
        (value) =>
          typeof value === 'object' &&
          value !== null &&
          'connect' in value &&
          typeof value.connect === 'function',
      ),
      waitingTools: texts.exactOptional(),
    }),
  ],
  {
    error:
      '{ command, args?, env? }, { type: "http" | "sse", url, headers? } or { type: "sdk", instance: a server of the MCP SDK }',
  },
)

const subagent = z.strictObject(
  {
    description: text,
    prompt: text,
    tools: texts.exactOptional(),
    disallowedTools: texts.exactOptional(),
    model: text.exactOptional(),
  },
  { error: '{ description, prompt, tools?, disallowedTools?, model? }' },
)

const hookMatcher = z.strictObject(
  {
    matcher: z.string({ error: 'a text' }).exactOptional(),
    hooks: z.array(callable<HookCallback>(), { error: 'an array of functions' }),
    timeout: z
      .number({ error: 'seconds' })
      .positive({ error: 'more than 0 seconds' })
      .exactOptional(),
  },
  { error: '{ hooks: [functions], matcher?, timeout? }' },
)

const schema = z.strictObject({
  dir: text,
  cwd: text,
  claudeBin: text.exactOptional(),
  model: text.exactOptional(),
  fallbackModel: text.exactOptional(),
  systemPrompt: z
    .string({ error: 'a text; the CLI’s own prompt is used when systemPrompt is left out' })
    .exactOptional(),
  appendSystemPrompt: z.string({ error: 'a text' }).exactOptional(),
  effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).exactOptional(),
  tools: z.array(text, { error: 'an array of tool names' }).exactOptional(),
  allowedTools: texts.exactOptional(),
  disallowedTools: texts.exactOptional(),
  additionalDirectories: texts.exactOptional(),
  permissionMode: z.enum(permissionModes).exactOptional(),
  canUseTool: callable<CanUseTool>().exactOptional(),
  onElicitation: callable<OnElicitation>().exactOptional(),
  requestTimeoutMs: milliseconds.exactOptional(),
  maxTurns: whole(1, 1_000_000, 'turns').exactOptional(),
  maxBudgetUsd: z
    .number({ error: 'a number of US dollars above 0' })
    .positive({ error: 'a number of US dollars above 0' })
    .exactOptional(),
  settings: z
    .union([text, record], { error: 'an object, or the path of a JSON file' })
    .exactOptional(),
  settingSources: z
    .array(z.enum(['user', 'project', 'local']), {
      error: 'an array of "user", "project", "local"',
    })
    .exactOptional(),
  mcpServers: z
    .record(z.string(), mcpServer, { error: 'an object of servers by name' })
    .exactOptional(),
  strictMcpConfig: flag.exactOptional(),
  agents: z
    .record(z.string(), subagent, { error: 'an object of subagents by name' })
    .exactOptional(),
  hooks: z
    .record(z.string(), z.array(hookMatcher, { error: 'an array of matchers' }), {
      error: 'an object of matchers by event',
    })
    .exactOptional(),
  outputFormat: z
    .strictObject(
      { type: z.literal('json_schema', { error: '"json_schema"' }), schema: record },
      { error: '{ type: "json_schema", schema }' },
    )
    .exactOptional(),
  resume: text.exactOptional(),
  forkSession: flag.exactOptional(),
  resumeInterruptedTurn: flag.exactOptional(),
  sessionId: z.guid({ error: 'a UUID' }).exactOptional(),
  persistSession: flag.exactOptional(),
  env: environment.exactOptional(),
  runEnvFile: flag.exactOptional(),
  extraArgs: z
    .record(
      z.string(),
      z.string({ error: 'a text, or null for a flag without value' }).nullable(),
      {
        error: 'an object of texts or null by flag',
      },
    )
    .exactOptional(),
  includePartialMessages: flag.exactOptional(),
  backgroundWork: flag.exactOptional(),
  apiBaseUrl: text.exactOptional(),
  apiKey: text.exactOptional(),
  oauthToken: text.exactOptional(),
  timeoutMs: milliseconds.exactOptional(),
  startTimeoutMs: milliseconds.exactOptional(),
  stallTimeoutMs: milliseconds.exactOptional(),
  firstEventTimeoutMs: milliseconds.exactOptional(),
  maxLineBytes: whole(minLineBytes, 2 ** 29, 'bytes').exactOptional(),
  maxLogBytes: whole(1, Number.MAX_SAFE_INTEGER, 'bytes').exactOptional(),
})

/**
 * The options of an agent, each by itself. The messages are the objects of a sentence "give …"; what
 * contradicts what, and what must exist, is looked at afterwards.
 */
export const optionSchema: z.ZodType<AgentOptions> = schema

export const optionNames: readonly string[] = Object.keys(schema.shape)
