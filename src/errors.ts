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
  request_expired: {
    message: 'nobody answered the {kind} request {id} in time',
    cure: 'answer sooner, raise requestTimeoutMs, or set onRequestExpiry: deny to go on with a denial',
  },
  control_failed: { message: 'claude refused "{subtype}": {problem}', cure: '{cure}' },
  control_timeout: {
    message: 'claude did not answer "{subtype}" within {ms} ms',
    cure: 'stop the agent and resume its session',
  },
  script_invalid: { message: '{where}: {problem}', cure: '{cure}' },
  invalid_input: { message: '{field}: {problem}', cure: '{cure}' },
  not_found: { message: 'no {what} "{id}"', cure: '{cure}' },
  key_taken: {
    message: 'key "{key}" belongs to session {sessionId}',
    cure: 'use that session, or choose another key',
  },
  name_taken: {
    message: 'there is a {what} "{name}" already: {id}',
    cure: 'use that one, or choose another name',
  },
  idempotency_conflict: {
    message: 'idempotencyKey "{key}" was used for another submission, run {runId}',
    cure: 'use a new key for a new submission',
  },
  session_archived: {
    message: 'session {id} is archived and takes no more runs',
    cure: 'fork it, or start another session',
  },
  session_quarantined: {
    message: 'session {id} is in quarantine: {reason}',
    cure: 'fork it after a run that went well, or let it go on: hostler configure {id} --release',
  },
  account_refused: {
    message: 'the login of {label} is refused: {problem}',
    cure: 'mend it or log in again, then: hostler accounts resume {id}',
  },
  session_not_archived: {
    message: 'session {id} is not archived',
    cure: 'archive it first: that ends its runs and its agent',
  },
  run_ended: { message: 'run {id} has ended: it {state}', cure: '{cure}' },
  run_not_ended: {
    message: 'run {id} is {state}',
    cure: 'wait for its end, or cancel it first',
  },
  run_not_running: {
    message: 'run {id} is {state}: there is no turn to interrupt',
    cure: 'cancel it instead',
  },
  run_not_in_review: {
    message: 'run {id} is {state}, and nobody is asked to look at its result',
    cure: 'only a run that waits for a review is accepted or rejected: submit it with review: true',
  },
  workspace_not_allowed: { message: 'workspace {path}: {problem}', cure: '{cure}' },
  workspace_failed: { message: 'workspace {what}: {problem}', cure: '{cure}' },
  conversation_lost: {
    message: 'the conversation {claudeSessionId} of session {id} is nowhere to be found',
    cure: 'bring its transcript back, start another session, or set onSessionLost: fresh',
  },
  run_token_needed: {
    message: 'only the agent of a run may do this',
    cure: 'send HOSTLER_TOKEN as its Bash commands have it, with runToken: true in the profile',
  },
  task_refused: { message: '{problem}', cure: '{cure}' },
  budget_reached: {
    message: 'the limit "{limit}" is reached: {spent} of {max} are spent{aside}',
    cure: '{when}; a higher {key} lets it go on',
  },
  lease_lost: {
    message: 'the lease of session {id} has passed to another worker',
    cure: 'nothing to do: the other worker goes on with it',
  },
  data_dir_locked: {
    message: '{dataDir} is in use by {program}, process {pid}, since {since}',
    cure: 'stop that one first, or give this one another data directory',
  },
  config_invalid: { message: '{path}: {problem}', cure: '{cure}' },
  database_newer: {
    message: 'the database is of version {found}; this program knows up to {known}',
    cure: 'install a newer hostler, or restore a backup of that time',
  },
  database_outdated: {
    message: 'the database is of version {found}; this program needs {known}',
    cure: 'run: hostler db migrate',
  },
  database_unavailable: { message: 'the database {what}: {problem}', cure: '{cure}' },
  not_accepting: { message: 'no new work is taken: {problem}', cure: '{cure}' },
  unauthorized: { message: '{problem}', cure: '{cure}' },
  forbidden: {
    message: 'this needs the scope "{scope}"',
    cure: 'ask whoever runs hostler for a token with it: hostler token create --scopes {scope}',
  },
  origin_refused: { message: '{header} "{value}" is not allowed', cure: '{cure}' },
  body_too_large: {
    message: 'the body is larger than {maxBytes} bytes',
    cure: 'send less, or raise server.maxBodyBytes',
  },
  method_not_allowed: {
    message: '{method} is not possible for {path}',
    cure: 'use {allowed}',
  },
  unsupported_media_type: {
    message: 'the body is of type "{type}"',
    cure: 'send {expected}',
  },
  range_not_satisfiable: {
    message: 'the range "{range}" is not in what there is: {total} bytes',
    cure: 'ask for bytes=<first>-<last> within it, or for all',
  },
  too_many_requests: {
    message: 'too many requests',
    cure: 'wait {seconds} seconds',
  },
  server_unreachable: { message: '{url} cannot be reached: {problem}', cure: '{cure}' },
  server_failed: { message: '{url} answered {status}: {problem}', cure: '{cure}' },
  internal: {
    message: 'something went wrong inside (error {id})',
    cure: 'the log of hostler has the details under this id',
  },
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
  | 'request_expired'
  | 'control_failed'
  | 'control_timeout'
  | 'script_invalid'
  | 'invalid_input'
  | 'not_found'
  | 'key_taken'
  | 'name_taken'
  | 'idempotency_conflict'
  | 'session_archived'
  | 'session_quarantined'
  | 'account_refused'
  | 'session_not_archived'
  | 'run_ended'
  | 'run_not_ended'
  | 'run_not_running'
  | 'run_not_in_review'
  | 'workspace_not_allowed'
  | 'workspace_failed'
  | 'conversation_lost'
  | 'run_token_needed'
  | 'task_refused'
  | 'budget_reached'
  | 'lease_lost'
  | 'data_dir_locked'
  | 'config_invalid'
  | 'database_newer'
  | 'database_outdated'
  | 'database_unavailable'
  | 'not_accepting'
  | 'unauthorized'
  | 'forbidden'
  | 'origin_refused'
  | 'body_too_large'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'too_many_requests'
  | 'server_unreachable'
  | 'server_failed'
  | 'internal'
  | 'usage'

/** Is this a code of {@link ErrorCode}, as told by another process? */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code)
}

/** An error raised by hostler: `message` says what is wrong and with which value, `cure` what to do. */
export class HostlerError extends Error {
  override readonly name = 'HostlerError'
  readonly code: ErrorCode
  readonly cure: string
  /** What the message is about, by name: `field`, `id`, `path` and the like. */
  readonly params: Readonly<Record<string, string | number>>

  constructor(
    code: ErrorCode,
    { message, cure, params }: Pick<HostlerError, 'message' | 'cure' | 'params'>,
    options?: ErrorOptions,
  ) {
    super(message, options)
    this.code = code
    this.cure = cure
    this.params = params
  }
}

/** Makes the error `code`, with the `{names}` of its templates filled in from `params`. */
export function hostlerError(
  code: ErrorCode,
  params: Record<string, string | number>,
  options?: ErrorOptions,
): HostlerError {
  const { message, cure } = catalogue[code]
  const filled = { message: fill(message, params), cure: fill(cure, params), params }
  return new HostlerError(code, filled, options)
}

function fill(template: string, params: Record<string, string | number>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? '?'))
}
