import type { AgentDefinition, McpServerConfig, PermissionMode } from '../../agent/index.ts'
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
  /** In US dollars, for each turn. */
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
}
