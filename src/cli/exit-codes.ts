import type { ErrorCode } from '../errors.ts'
import type { Outcome } from '../events/outcome.ts'

/** The exit code for each outcome. Stable: scripts rely on it; see docs/cli.md. */
export const outcomeExitCodes: Readonly<Record<Outcome, number>> = {
  ok: 0,
  agent_error: 1,
  // 2 is wrong usage.
  max_turns: 3,
  budget_exceeded: 4,
  permission_denied: 5,
  refused: 6,
  auth: 7,
  rate_limited: 8,
  overloaded: 9,
  api_error: 10,
  context_overflow: 11,
  timeout: 12,
  stalled: 13,
  killed: 14,
  spawn_failed: 15,
  session_not_found: 16,
  protocol: 17,
  output_limit: 18,
  disk_full: 19,
  lost: 20,
  cancelled: 130,
}

/** Exit codes that no outcome has. Those above 128 are 128 and the signal, as in a shell. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  supervised: 21,
  hangup: 129,
  interrupted: 130,
  /** Nobody reads the output any more: SIGPIPE. */
  outputClosed: 141,
  terminated: 143,
} as const

/** The exit code for an error that hostler raises before or beside a turn. */
export const errorExitCodes: Readonly<Record<ErrorCode, number>> = {
  usage: exitCodes.usage,
  invalid_option: exitCodes.usage,
  invalid_prompt: exitCodes.usage,
  bypass_as_root: exitCodes.usage,
  script_invalid: exitCodes.usage,
  agent_not_found: exitCodes.usage,
  claude_unusable: exitCodes.usage,
  claude_not_found: outcomeExitCodes.spawn_failed,
  claude_too_old: outcomeExitCodes.spawn_failed,
  unsupported_platform: outcomeExitCodes.spawn_failed,
  spawn_failed: outcomeExitCodes.spawn_failed,
  agent_folder_broken: exitCodes.failed,
  agent_supervised: exitCodes.supervised,
  agent_ended: exitCodes.failed,
  agent_busy: exitCodes.failed,
  not_writable: exitCodes.failed,
  request_not_open: exitCodes.failed,
  control_failed: exitCodes.failed,
  control_timeout: exitCodes.failed,
}
