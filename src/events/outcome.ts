/**
 * Why an attempt or run ended: the closed list. `ok` alone is a success. Only an attempt is `parked`: it
 * gave up its agent while a human or child runs were awaited; only a run `dependency_failed`, unstarted.
 */
export const outcomes = [
  'ok',
  'agent_error',
  'max_turns',
  'budget_exceeded',
  'permission_denied',
  'refused',
  'auth',
  'rate_limited',
  'overloaded',
  'api_error',
  'context_overflow',
  'timeout',
  'stalled',
  'cancelled',
  'killed',
  'spawn_failed',
  'session_not_found',
  'protocol',
  'output_limit',
  'disk_full',
  'lost',
  'parked',
  'dependency_failed',
] as const

/** One of {@link outcomes}. */
export type Outcome = (typeof outcomes)[number]
