// Running agents
export { startAgent } from './start-agent.ts'
export type { StartContext } from './start-agent.ts'
export { attachAgent } from './attach-agent.ts'
export type { AttachOptions } from './options/attach-options.ts'
export type { Agent } from './agent.ts'
export type { AgentState, StopOptions, StopReport } from './core/agent-parts.ts'
export type { TurnOptions } from './options/turn-options.ts'
export type { Turn } from './turn/turn-run.ts'

// Looking after those that are there
export { agentDir } from './launch/agent-folder.ts'
export { findAgent, listAgents } from './list-agents.ts'
export type { AgentStatus } from './list-agents.ts'
export { stopAgent, sweepAgents } from './sweep-agents.ts'
export type { SweepReport } from './sweep-agents.ts'
export type { LeftProcess } from './process/end-processes.ts'
export { isHeldByAgent } from './process/connection-owner.ts'
export type { LocalConnection } from './process/connection-owner.ts'

// Options and answers
export { checkAgentOptions } from './options/parse-options.ts'
export { permissionModes } from './options/options.ts'
export type {
  AgentDefinition,
  AgentOptions,
  CanUseTool,
  ConnectableMcpServer,
  ElicitationResult,
  HookCallback,
  HookInput,
  HookMatcher,
  McpServerConfig,
  McpTransport,
  OnElicitation,
  PermissionContext,
  PermissionMode,
  PermissionResult,
  Prompt,
  PromptBlock,
} from './options/options.ts'
export { parseAnswer } from './options/parse-answer.ts'
export { parsePrompt } from './options/prompt.ts'
export type { SlashCommands } from './options/prompt.ts'

// The CLI itself
export { agentLogin } from './launch/agent-login.ts'
export type { AgentLogin } from './launch/agent-login.ts'
export { findClaude } from './claude/find-claude.ts'
export type { ClaudeSource, FoundClaude } from './claude/find-claude.ts'
export {
  checkClaudeVersion,
  newestCheckedVersion,
  oldestSupportedVersion,
  readClaudeVersion,
} from './claude/claude-version.ts'
export type { VersionCache } from './claude/claude-version.ts'

// What happens
export { HostlerError } from '../errors.ts'
export type { ErrorCode } from '../errors.ts'
export type * from '../events/index.ts'
