/**
 * Every error that hostler itself raises, by code. `{name}` in a template is filled from the params
 * given to {@link hostlerError}. HTTP statuses live in `http/`, exit codes in `cli/`.
 */
const catalogue: Record<ErrorCode, { message: string; cure: string }> = {
  invalid_option: { message: '{field}: {problem}', cure: '{cure}' },
  invalid_prompt: { message: 'prompt: {problem}', cure: '{cure}' },
  bypass_as_root: {
    message: 'permissionMode "bypassPermissions" is refused by the CLI for root',
    cure: 'run as another user, or set IS_SANDBOX=1 where the machine is a throw-away sandbox',
  },
  claude_not_found: {
    message: 'no claude CLI found (looked at {looked})',
    cure: 'npm install -g @anthropic-ai/claude-code, or set HOSTLER_CLAUDE_BIN to its path',
  },
  claude_unusable: { message: '{path} is not a working claude CLI: {problem}', cure: '{cure}' },
  claude_too_old: {
    message: '{path} is version {version}; hostler needs {floor} or newer',
    cure: 'update it: claude update, or npm install -g @anthropic-ai/claude-code@latest',
  },
  unsupported_platform: {
    message: 'hostler does not run on {platform}',
    cure: 'on Windows, run it inside WSL',
  },
  spawn_failed: { message: 'the agent could not be started: {problem}', cure: '{cure}' },
  agent_not_found: {
    message: 'no agent "{id}" in {dataDir}',
    cure: 'hostler agents lists those there are',
  },
  agent_folder_broken: { message: '{path}: {problem}', cure: '{cure}' },
  agent_supervised: {
    message: 'agent {id} is supervised by process {pid}',
    cure: 'end that process first, or only follow the agent',
  },
  agent_ended: {
    message: 'agent {id} has ended: {how}',
    cure: 'start another one with resume: "{sessionId}"',
  },
  agent_busy: {
    message: 'agent {id} is at work on another prompt',
    cure: 'wait for its end, or pass onBusy: "queue"',
  },
  not_writable: {
    message: 'agent {id} cannot be written to: its former supervisor died in the middle of a line',
    cure: 'stop it and start another one with resume: "{sessionId}"',
  },
  request_not_open: {
    message: 'request {id} is not open: {how}',
    cure: 'only open requests can be answered, and each once',
  },
  control_failed: { message: 'claude refused "{subtype}": {problem}', cure: '{cure}' },
  control_timeout: {
    message: 'claude did not answer "{subtype}" within {ms} ms',
    cure: 'stop the agent and resume its session',
  },
  script_invalid: { message: '{where}: {problem}', cure: '{cure}' },
  usage: { message: '{problem}', cure: '{cure}' },
}

/** The code of an error that hostler raises; stable, unlike its message. */
export type ErrorCode =
  | 'invalid_option'
  | 'invalid_prompt'
  | 'bypass_as_root'
  | 'claude_not_found'
  | 'claude_unusable'
  | 'claude_too_old'
  | 'unsupported_platform'
  | 'spawn_failed'
  | 'agent_not_found'
  | 'agent_folder_broken'
  | 'agent_supervised'
  | 'agent_ended'
  | 'agent_busy'
  | 'not_writable'
  | 'request_not_open'
  | 'control_failed'
  | 'control_timeout'
  | 'script_invalid'
  | 'usage'

/** An error raised by hostler: `message` says what is wrong and with which value, `cure` what to do. */
export class HostlerError extends Error {
  override readonly name = 'HostlerError'
  readonly code: ErrorCode
  readonly cure: string

  constructor(code: ErrorCode, message: string, cure: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.cure = cure
  }
}

/** Makes the error `code`, with the `{names}` of its templates filled in from `params`. */
export function hostlerError(
  code: ErrorCode,
  params: Record<string, string | number>,
  options?: ErrorOptions,
): HostlerError {
  const { message, cure } = catalogue[code]
  return new HostlerError(code, fill(message, params), fill(cure, params), options)
}

function fill(template: string, params: Record<string, string | number>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'))
}
