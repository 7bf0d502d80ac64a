import type { StopCause } from '../../src/agent/turn/stop-outcome.ts'
import type { Outcome, ProcessExit } from '../../src/events/index.ts'
import * as cli from './cli-messages.ts'

type Known = {
  cause?: StopCause
  exit?: ProcessExit
  isLost?: boolean
  stderrTail?: string
  isDiskFull?: boolean
  wantsStructuredOutput?: boolean
  /** Expected of the judgement, where given. */
  apiStatus?: number | null
  retryAt?: number | null
}

/** What the CLI says, and what else is known, of a turn that ends with this outcome. */
export type OutcomeRow = Known & {
  outcome: Outcome
  code: string | null
  what: string
  says: Record<string, unknown>[]
}

const { turn, result, failed, said, running, apiError } = cli
const exit = (code: number): Known => ({ exit: { code, signal: null } })
const killed = (code: number | null): Known => ({ exit: { code, signal: 'SIGKILL' } })
const structured: Known = { wantsStructuredOutput: true }
const refusedKey = cli.apiRetry(2, 401, 'authentication_failed')
const unknownSession = 'No conversation found with session ID: 1'
const inUse = 'Error: Session ID 1 is already in use.'
const command = { result: '', local_command: 'compact', stop_reason: null }
const tooLong = { terminal_reason: 'prompt_too_long', api_error_status: 400 }

/** Evidence by hand, for every outcome, and for what must not be mistaken. */
export const outcomeRows: OutcomeRow[] = [
  row('ok', null, 'a reply', turn(result())),
  row('ok', null, 'a reply, then exit 1', turn(result()), exit(1)),
  row('ok', null, 'a reply, then SIGKILL before idle', [running, result()], killed(137)),
  row('ok', null, 'a reply before our stop', turn(result()), { cause: 'cancelled' }),
  row('ok', null, 'a reply, then a full disk', turn(result()), { isDiskFull: true }),
  row('ok', null, 'a reply, and error on stderr', turn(result()), { stderrTail: 'error: fatal' }),
  row('ok', null, 'a command without words', turn(result(command))),
  row('ok', null, 'a value that is null', turn(result({ structured_output: null })), structured),

  row('agent_error', 'empty_reply', 'an empty reply', turn(result({ result: '' }))),
  row(
    'agent_error',
    'structured_output_missing',
    'words instead of a value',
    turn(said('hm'), result()),
    structured,
  ),
  row(
    'agent_error',
    'structured_output_invalid',
    'values that stay invalid',
    turn(failed('error_max_structured_output_retries')),
    structured,
  ),
  row(
    'agent_error',
    'error_during_execution',
    'an error in execution',
    turn(failed('error_during_execution', { errors: ['boom'] })),
  ),
  row('max_turns', 'max_turns', 'too many turns', turn(failed('error_max_turns')), exit(1)),
  row(
    'budget_exceeded',
    'budget_exceeded',
    'a spent budget',
    turn(failed('error_max_budget_usd')),
    exit(1),
  ),
  row(
    'permission_denied',
    'permission_denied',
    'a denial that ends the turn',
    turn(cli.aborted('tools')),
    { cause: 'denied' },
  ),
  row('refused', 'refusal', 'a refusal', turn(failed('success', { stop_reason: 'refusal' }))),

  row('auth', 'authentication_failed', 'a refused key', apiError('authentication_failed', 401), {
    apiStatus: 401,
  }),
  row('auth', 'auth', 'a forbidden account', apiError('', 403), { apiStatus: 403 }),
  row('auth', 'billing_error', 'no credit', apiError('billing_error', 400)),
  row('auth', 'authentication_failed', 'a key refused twice', [running, refusedKey], {
    cause: 'auth',
    apiStatus: 401,
  }),
  row('rate_limited', 'rate_limit', 'a rate limit', apiError('rate_limit', 429), { retryAt: null }),
  row(
    'rate_limited',
    'usage_limit',
    'a usage limit',
    apiError('rate_limit', 429, cli.limit('rejected', 5)),
    { retryAt: 5000 },
  ),
  row(
    'rate_limited',
    'usage_limit',
    'a usage limit of which nobody says when it resets',
    apiError('rate_limit', 429, cli.limit('rejected', null)),
    { retryAt: null },
  ),
  row(
    'rate_limited',
    'rate_limit',
    'a server that is busy, and no limit',
    apiError('rate_limit', 429, cli.limit('rejected', null, '')),
    { retryAt: null },
  ),
  row(
    'rate_limited',
    'rate_limit',
    'a rate limit after a warning of another',
    apiError('rate_limit', 429, cli.limit('allowed_warning', 5)),
    { retryAt: null },
  ),
  row('overloaded', 'overloaded', 'an overloaded API', apiError('overloaded', 529), {
    apiStatus: 529,
  }),
  row('api_error', 'server_error', 'a failing API', apiError('server_error', 500), {
    apiStatus: 500,
  }),
  row('api_error', 'model_not_found', 'an unknown model', apiError('model_not_found', 404)),
  row('api_error', 'api_error', 'a dropped connection', apiError('unknown', null), {
    apiStatus: null,
  }),
  row('context_overflow', 'prompt_too_long', 'a prompt too long', turn(failed('success', tooLong))),
  row(
    'context_overflow',
    'prompt_too_long',
    'a prompt that the CLI itself finds too long',
    turn(failed('success', { terminal_reason: 'blocking_limit' })),
  ),
  row('context_overflow', 'context_overflow', 'a request too large', apiError('', 413)),

  row('timeout', 'timeout', 'no time left', [running], { cause: 'timeout' }),
  row('timeout', 'timeout', 'no time left, interrupted', turn(cli.aborted('streaming')), {
    cause: 'timeout',
  }),
  row('stalled', 'stalled', 'silence', [running], { cause: 'stalled' }),
  row('stalled', 'no_first_event', 'silence from the start', [], { cause: 'no_first_event' }),
  row('cancelled', 'cancelled', 'our own stop', [running], { cause: 'cancelled', ...killed(137) }),
  row('cancelled', 'interrupted', 'SIGINT, exit 0', [running, cli.aborted('tools')], exit(0)),
  row('parked', 'parked', 'a turn that waits', [running], { cause: 'parked', ...exit(143) }),
  row('ok', null, 'a reply before it was parked', turn(result()), { cause: 'parked' }),
  row('killed', 'SIGKILL', 'SIGKILL in mid-turn', [running, said('so')], killed(137)),
  row('killed', 'SIGKILL', 'SIGKILL of the group, before a word', [], killed(null)),

  row('spawn_failed', 'start_failed', 'no start', [], { ...exit(1), stderrTail: 'x\nerror: y' }),
  row('spawn_failed', 'start_timeout', 'no start in time', [], { cause: 'start_timeout' }),
  row('spawn_failed', 'session_in_use', 'a used id', [], { ...exit(1), stderrTail: inUse }),
  row(
    'session_not_found',
    'session_not_found',
    'an unknown session',
    [failed('error_during_execution', { errors: [unknownSession] })],
    exit(1),
  ),
  row('session_not_found', 'session_not_found', 'an unknown session, on stderr alone', [], {
    ...exit(1),
    stderrTail: unknownSession,
  }),
  row('protocol', 'no_result', 'exit 0 without a result', [running, said('so')], exit(0)),
  row('protocol', 'no_result', 'idle without a result', turn()),
  row('protocol', 'prompt_already_taken', 'a prompt that it knows', [cli.echo, cli.idle]),
  row('output_limit', 'output_limit', 'too much output', [running], { cause: 'output_limit' }),
  row('disk_full', 'disk_full', 'a full disk', [running], { isDiskFull: true }),
  row('disk_full', 'disk_full', 'no room for the prompt', [], { cause: 'disk_full' }),
  row('lost', 'lost', 'gone without a trace', [running], { isLost: true }),
  row('lost', 'not_writable', 'a torn input', [running], { cause: 'not_writable' }),
]

function row(
  outcome: Outcome,
  code: string | null,
  what: string,
  says: Record<string, unknown>[],
  known: Known = {},
): OutcomeRow {
  return { ...known, outcome, code, what, says }
}
