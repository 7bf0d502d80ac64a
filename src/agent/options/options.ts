import type { AgentRequest } from '../../events/human-request.ts'

/** How the CLI decides on tools that no rule names. Source: `claude --help`, 2.1.328. */
export const permissionModes = [
  'default',
  'acceptEdits',
  'plan',
  'dontAsk',
  'auto',
  'bypassPermissions',
] as const
export type PermissionMode = (typeof permissionModes)[number]

/** What a tool permission is answered with. Same shape as in the Claude Agent SDK. */
export type PermissionResult =
  | {
      behavior: 'allow'
      /** Run the tool with this input instead. */
      updatedInput?: Record<string, unknown>
      /** Rules or modes to add; see {@link PermissionContext.suggestions}. */
      updatedPermissions?: Record<string, unknown>[]
    }
  | {
      behavior: 'deny'
      /** The agent reads this. */
      message: string
      /** Ends the turn as well; its outcome is `permission_denied`. */
      interrupt?: boolean
    }

export type PermissionContext = {
  /** Aborted when the CLI withdraws the request, it expires, or the agent ends. */
  signal: AbortSignal
  toolUseId: string
  suggestions: Record<string, unknown>[]
  blockedPath: string | null
  request: AgentRequest
}

/**
 * Decides on a tool call. AskUserQuestion and ExitPlanMode come this way too: answer a question with
 * `updatedInput: { ...input, answers: { [question]: answer } }`, where several labels are joined by ", ".
 */
export type CanUseTool = (
  toolName: string,
  input: Record<string, unknown>,
  context: PermissionContext,
) => Promise<PermissionResult>

/** What an MCP elicitation is answered with (MCP specification 2025-11-25). */
export type ElicitationResult =
  | { action: 'accept'; content?: Record<string, unknown> }
  | { action: 'decline' }
  | { action: 'cancel' }

export type OnElicitation = (
  request: Extract<AgentRequest, { kind: 'elicitation' }>,
  context: { signal: AbortSignal },
) => Promise<ElicitationResult>

export type HookInput = Record<string, unknown> & { hook_event_name?: string }
export type HookCallback = (
  input: HookInput,
  context: { signal: AbortSignal; toolUseId: string | null },
) => Promise<Record<string, unknown>>

/** Callbacks for one matcher of a hook event; `timeout` in seconds. */
export type HookMatcher = { matcher?: string; hooks: HookCallback[]; timeout?: number }

/** What an in-process MCP server must offer: `McpServer` of either MCP SDK generation does. */
export type ConnectableMcpServer = { connect(transport: McpTransport): Promise<void> }

/** The MCP SDK's transport interface, as far as the server uses it. */
export type McpTransport = {
  start(): Promise<void>
  send(message: unknown): Promise<void>
  close(): Promise<void>
  onclose?: (() => void) | undefined
  onerror?: ((error: Error) => void) | undefined
  onmessage?(message: unknown, extra?: unknown): void
}

export type McpServerConfig =
  | { type?: 'stdio'; command: string; args?: string[]; env?: Record<string, string> }
  | { type: 'http' | 'sse'; url: string; headers?: Record<string, string> }
  | {
      type: 'sdk'
      instance: ConnectableMcpServer
      /** Tools that wait, for a human or for other work: no limit of time counts against such a call. */
      waitingTools?: string[]
    }

/** A subagent, as in the Claude Agent SDK. */
export type AgentDefinition = {
  description: string
  prompt: string
  tools?: string[]
  disallowedTools?: string[]
  model?: string
}

/**
 * How to start an agent. Named as in the Claude Agent SDK where the meaning is the same.
 * Unknown and contradictory options are refused before anything is started.
 */
export type AgentOptions = {
  /** The folder under which agents keep theirs: `<dir>/agents/<agent id>`. Created when missing. */
  dir: string
  /** The workspace. Must exist. */
  cwd: string
  /** Path of the CLI; else `HOSTLER_CLAUDE_BIN`, PATH, `~/.local/bin`, `~/bin`, the npm package. */
  claudeBin?: string

  model?: string
  fallbackModel?: string
  /** Replaces the CLI's own system prompt. */
  systemPrompt?: string
  /**
   * Added to the CLI's own system prompt. On `resume`, CLIs between 2.1.198 and 2.1.327 may go on with
   * the one that the session began with.
   */
  appendSystemPrompt?: string
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  /** Built-in tools to offer; `[]` for none. */
  tools?: string[]
  /** Rules of what runs without asking, e.g. `Bash(git:*)`. */
  allowedTools?: string[]
  disallowedTools?: string[]
  /** Folders outside of `cwd` that tools may use. Must exist; relative ones are seen from `cwd`. */
  additionalDirectories?: string[]
  permissionMode?: PermissionMode
  canUseTool?: CanUseTool
  onElicitation?: OnElicitation
  /** A request that nobody answered for so long is denied. Default: waits for ever. */
  requestTimeoutMs?: number
  maxTurns?: number
  /** In US dollars; checked by the CLI after each API call, so that one call can overshoot. */
  maxBudgetUsd?: number
  /** The CLI's settings: an object, or the path of a JSON file, seen from `cwd`. */
  settings?: string | Record<string, unknown>
  settingSources?: ('user' | 'project' | 'local')[]
  mcpServers?: Record<string, McpServerConfig>
  strictMcpConfig?: boolean
  agents?: Record<string, AgentDefinition>
  hooks?: Record<string, HookMatcher[]>
  /** Makes the agent answer with a value of this JSON Schema. */
  outputFormat?: { type: 'json_schema'; schema: Record<string, unknown> }

  /** A Claude session id to go on with, or the path of its `.jsonl` transcript. */
  resume?: string
  /** With `resume`: branch off instead of going on. */
  forkSession?: boolean
  /**
   * With `resume`: when the last turn was cut off (killed, or ended by an API error), the CLI runs it
   * again. Send the same prompt with the same `promptId`: then it is answered once, whether or not the
   * CLI had noted it before it was killed. Only for such a retry.
   */
  resumeInterruptedTurn?: boolean
  /** The Claude session id to give to a new or forked conversation. */
  sessionId?: string
  /** `false` keeps no transcript: the conversation cannot be resumed. */
  persistSession?: boolean

  /** Added to the agent's environment, which is otherwise built from an allow-list. */
  env?: Record<string, string>
  /**
   * Gives the agent a file of variables that can change while it lives: see `setRunEnvironment`. Its Bash
   * tool loads it before each command; hooks find it by the variable HOSTLER_RUN_ENV, to be sourced.
   */
  runEnvFile?: boolean
  /** Flags of the CLI that hostler has no name for: `{ 'some-flag': 'value' | null }`. */
  extraArgs?: Record<string, string | null>
  /** Text as it grows. Default true. */
  includePartialMessages?: boolean
  /** Lets the agent leave tasks running behind its reply; the turn lasts until they end. Default false. */
  backgroundWork?: boolean

  /** The Messages API, with or without a trailing `/v1` or `/`. */
  apiBaseUrl?: string
  /** The login of this agent; it takes the place of every inherited one. */
  apiKey?: string
  oauthToken?: string

  /** Wall clock of one turn, without the time that a human is awaited. Default: none. */
  timeoutMs?: number
  /** From the start of the process to its first answer. Default 60,000. */
  startTimeoutMs?: number
  /**
   * Silence in mid-turn while no tool runs and no human is awaited. An agent that uses its processor
   * meanwhile is given the same again, three times at most. Default 900,000.
   */
  stallTimeoutMs?: number
  /** The same, from the prompt to the first that is heard after it. Default 120,000. */
  firstEventTimeoutMs?: number
  /** Longer lines of output are clipped, and said so. Default 16 MiB. */
  maxLineBytes?: number
  /** An agent whose log has grown over this is stopped with `output_limit`. Default 1 GiB. */
  maxLogBytes?: number
}

/** An image or a document for a prompt. Source: Messages API, content blocks. */
export type PromptBlock =
  | { type: 'text'; text: string }
  | {
      type: 'image' | 'document'
      source:
        | { type: 'base64'; media_type: string; data: string }
        | { type: 'text'; media_type: 'text/plain'; data: string }
        | { type: 'url'; url: string }
      title?: string
    }

export type Prompt = string | PromptBlock[]
