import type { AgentDefinition, McpServerConfig, PermissionMode } from '../../agent/index.ts'
import type { Outcome } from '../../events/outcome.ts'
import type { HostlerTool } from './agent-calls.ts'
import type { OnBusy, WorkspaceSource } from './session.ts'

/** An MCP server that configuration can name: all but those that live in the caller's process. */
export type NamedMcpServer = Exclude<McpServerConfig, { type: 'sdk' }>

/** What a session or a run may have other than its profile; of the limits, less than it, never more. */
export type ProfileOptions = {
  model?: string
  fallbackModel?: string
  effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max'
  appendSystemPrompt?: string
  maxTurns?: number
  /** In US dollars, for a run with its retries. */
  maxBudgetUsd?: number
  /** Wall clock of one turn, without the time that a human is awaited. */
  timeoutMs?: number
  outputFormat?: { type: 'json_schema'; schema: Record<string, unknown> }
}

/** A named set of options. All but `name` as in `hostler.yaml`; durations are read there as `10m`, too. */
export type Profile = ProfileOptions & {
  name: string
  description?: string
  claudeBin?: string
  systemPrompt?: string
  tools?: string[]
  allowedTools?: string[]
  disallowedTools?: string[]
  additionalDirectories?: string[]
  permissionMode?: PermissionMode
  settings?: Record<string, unknown>
  settingSources?: ('user' | 'project' | 'local')[]
  mcpServers?: Record<string, NamedMcpServer>
  agents?: Record<string, AgentDefinition>
  env?: Record<string, string>
  extraArgs?: Record<string, string | null>
  backgroundWork?: boolean
  apiBaseUrl?: string
  apiKey?: string
  oauthToken?: string
  startTimeoutMs?: number
  stallTimeoutMs?: number
  /** A request that nobody answered for so long is denied. */
  requestTimeoutMs?: number
  /** What a request's expiry does: the agent hears a denial, or its turn ends with it. Default `deny`. */
  onRequestExpiry?: 'deny' | 'stop'
  /** How long an agent is kept for an answer before its run gives up the slot. Default 600,000. */
  parkAfterMs?: number
  /** What is decided without a human when the CLI asks; the first that fits counts, none: a human. */
  permissions?: PermissionRule[]
  /** Whether a session may be given permission for everything for a while. Default false. */
  allowBypass?: boolean
  /** Silence from the prompt to the first event. */
  firstEventTimeoutMs?: number
  maxLineBytes?: number
  maxLogBytes?: number

  workspace?: WorkspaceSource
  /** Lets two sessions run in one folder at the same time. Default false. */
  shareWorkspace?: boolean
  /** What becomes of a git workspace when its session is archived. Default `remove`. */
  onArchive?: 'keep' | 'remove'
  /** How a git workspace's commits leave the machine at a turn's end. Default `bundle`. */
  saveWork?: 'push' | 'bundle' | 'none'
  onBusy?: OnBusy
  /** Runs of this profile at once, over all workers. */
  maxRunning?: number
  /** Which workers take it: those of the same pool. Default `default`. */
  pool?: string
  /** How long an agent stays after a turn. Default 600,000. */
  warmMs?: number
  /** Agents that are started ahead, each worker its own. Needs a path workspace. Default 0. */
  spare?: number
  /** Tries of one run, the first included. Default 3. */
  maxAttempts?: number
  /** What is kept of a session's events. */
  retention?: { maxAgeMs?: number; maxBytes?: number }
  /** What to do when Claude does not know the conversation any more. Default `stop`. */
  onSessionLost?: 'stop' | 'fresh'
  /** What follows from an outcome, where it is not as the table in docs/outcomes.md says. */
  outcomes?: Partial<Record<Outcome, OutcomeAction>>

  /** The MCP tools that its agents get from hostler. Default none. */
  hostlerTools?: HostlerTool[]
  /** Gives scripts in the workspace HOSTLER_URL, HOSTLER_RUN_ID and a token for the run. Default false. */
  runToken?: boolean
  /** A text about when to split work and when to ask; not for child runs. Default `none`. */
  preamble?: 'none' | 'planning-1'
  /** Profiles that its agents may give to tasks, besides their own; none may do more than this one. */
  childProfiles?: string[]
  /** How deep tasks may make tasks. Default 1. */
  maxChildDepth?: number
  /** How many tasks one run may make. Default 20. */
  maxChildren?: number

  /** US dollars that one session of it may cost. */
  maxSessionUsd?: number
  /** US dollars that all its runs together may cost in a day. */
  maxDayUsd?: number
}

/** What is decided without a human about a tool call. */
export type PermissionRule = {
  /** A tool's name, `*` for any characters: `Bash`, `mcp__github__*`. */
  tool: string
  /** What the call is about: a command, a path, a URL; `*` for any characters. Default: all. */
  match?: string
  decision: 'allow' | 'deny' | 'ask'
  /** What the agent reads when it is denied. */
  reason?: string
}

/** What hostler does after an attempt that ended so. */
export type OutcomeAction =
  | 'fail'
  | 'ask'
  | {
      do: 'retry'
      /** Tries for this outcome, the first included. Default: the profile's `maxAttempts`. */
      maxAttempts?: number
      /** Before the second try; doubled after each further one. */
      firstBackoffMs?: number
      maxBackoffMs?: number
    }
