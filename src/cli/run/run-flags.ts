import { Option, type Command } from 'commander'
import { permissionModes, type AgentOptions } from '../../agent/index.ts'
import { parseDuration } from '../duration.ts'
import {
  collect,
  collectExtra,
  collectList,
  collectPair,
  parseAmount,
  parseWhole,
} from './flag-values.ts'

export const outputFormats = ['text', 'json', 'stream-json'] as const
export type OutputFormat = (typeof outputFormats)[number]

/** Flags that are options of an agent under their own names. */
type SameFlags = Partial<
  Pick<
    AgentOptions,
    | 'model'
    | 'fallbackModel'
    | 'systemPrompt'
    | 'appendSystemPrompt'
    | 'effort'
    | 'tools'
    | 'allowedTools'
    | 'disallowedTools'
    | 'permissionMode'
    | 'maxTurns'
    | 'maxBudgetUsd'
    | 'strictMcpConfig'
    | 'settingSources'
    | 'resume'
    | 'forkSession'
    | 'sessionId'
    | 'env'
    | 'backgroundWork'
    | 'claudeBin'
    | 'apiBaseUrl'
    | 'cwd'
  >
>

/** What commander makes of the flags of `hostler run`. Flags that are not given are not there. */
export type RunFlags = SameFlags & {
  session?: string
  profile?: string
  server?: string
  tokenFile?: string
  dataDir?: string
  file?: string
  attach?: string[]
  output: OutputFormat
  interactive?: true
  verbose?: true
  addDir?: string[]
  settings?: string
  mcpConfig?: string[]
  jsonSchema?: string
  agents?: string
  sessionPersistence: boolean
  extraArg?: Record<string, string | null>
  timeout?: number
  startTimeout?: number
  stallTimeout?: number
  firstEventTimeout?: number
  requestTimeout?: number
}

/** Gives a command the flags of {@link RunFlags}. */
export function addRunFlags(command: Command): void {
  function add<Value>(
    flags: string,
    description: string,
    parse?: (text: string, before: Value) => Value,
  ): void {
    const option = new Option(flags, description)
    command.addOption(parse === undefined ? option : option.argParser(parse))
  }
  const choose = (flags: string, description: string, choices: readonly string[]): void => {
    command.addOption(new Option(flags, description).choices(choices))
  }
  command.optionsGroup('Prompt and output:')
  add('-f, --file <file>', 'read the prompt from a file; - is stdin')
  add('-a, --attach <file>', 'add an image, a PDF or a text file; repeatable', collect)
  add('-i, --interactive', 'keep the session open for further prompts')
  command.addOption(
    new Option('-o, --output <format>', 'what is written to stdout')
      .choices(outputFormats)
      .default('text'),
  )
  add('-v, --verbose', 'show thinking and what tools give back')
  command.optionsGroup('Through hostler serve, which keeps the session and its runs:')
  add('-s, --session <session>', 'a session of the daemon: its id, or key:… for your own name')
  add('-p, --profile <name>', 'a profile of the daemon, for a new session')
  add('--server <url>', 'where it listens (default: HOSTLER_URL, or loopback)')
  add('--token-file <file>', 'a file with the token (default: HOSTLER_TOKEN)')
  command.optionsGroup('Session:')
  add('-r, --resume <session>', 'go on with a session: its id or its .jsonl transcript')
  add('--fork-session', 'with --resume: branch off instead of going on')
  add('--session-id <uuid>', 'the id for a new or forked session')
  add('--no-session-persistence', 'keep no transcript; the session cannot be resumed')
  add('-C, --cwd <dir>', 'the folder to work in (default: the current one)')
  add('--add-dir <dir>', 'another folder that tools may use; repeatable', collect)
  command.optionsGroup('Model:')
  add('-m, --model <model>', 'the model')
  add('--fallback-model <model>', 'the model when that one is overloaded')
  choose('--effort <level>', 'how hard it thinks', ['low', 'medium', 'high', 'xhigh', 'max'])
  add('--system-prompt <text>', 'instead of the CLI’s own system prompt')
  add('--append-system-prompt <text>', 'added to the CLI’s own system prompt')
  add('--json-schema <json|@file>', 'answer with a value of this JSON Schema')
  add('--agents <json|@file>', 'subagents by name: description, prompt, …')
  command.optionsGroup('Tools and permissions:')
  choose('--permission-mode <mode>', 'how tools are decided on', permissionModes)
  add('--allowed-tools <rules>', 'run without asking, e.g. "Bash(git:*),Read"', collectList)
  add('--disallowed-tools <rules>', 'never run', collectList)
  add('--tools <names>', 'the built-in tools to offer; "" for none', collectList)
  add('--mcp-config <json|file>', 'MCP servers: {"mcpServers": …}; repeatable', collect)
  add('--strict-mcp-config', 'no MCP servers but those')
  add('--settings <json|file>', 'settings of the CLI')
  add('--setting-sources <names>', 'user, project, local; "" for none', collectList)
  add('--background-work', 'let the agent leave tasks running behind its reply')
  command.optionsGroup('Limits:')
  add('--max-turns <n>', 'calls of the model', parseWhole)
  add('--max-budget-usd <amount>', 'US dollars', parseAmount)
  add('--timeout <duration>', 'for a turn, e.g. 90s or 10m', parseDuration)
  add('--start-timeout <duration>', 'until claude answers (default: 60s)', parseDuration)
  add('--stall-timeout <duration>', 'of silence in a turn (default: 15m)', parseDuration)
  add('--first-event-timeout <duration>', 'of silence after a prompt (default: 2m)', parseDuration)
  add('--request-timeout <duration>', 'until an unanswered question is denied', parseDuration)
  command.optionsGroup('Surroundings:')
  add('--env <name=value>', 'for the agent’s environment; repeatable', collectPair)
  add('--claude-bin <path>', 'the claude CLI to run')
  add('--api-base-url <url>', 'the Messages API')
  add('--extra-arg <flag[=value]>', 'any other flag of the claude CLI; repeatable', collectExtra)
  add('--data-dir <dir>', 'where agents keep their folders')
}
