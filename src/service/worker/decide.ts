import type { Outcome } from '../../events/outcome.ts'

/** What follows from an attempt's end. */
export type Decision =
  | { kind: 'end'; state: 'succeeded' | 'failed' | 'cancelled' }
  /** Once more, in the same conversation, not before `delayMs` from now. */
  | { kind: 'retry'; delayMs: number; reason: string }
  /** Its agent is gone; it goes on when what it waits for is there. */
  | { kind: 'park'; on: 'human' | 'children'; reason: string }
  /** A human looks at what came of it. */
  | { kind: 'review' }

/** How long a run waits before it is tried again. */
export type RetryPauses = {
  /** After the first failure; doubled after each further one. */
  firstBackoffMs: number
  maxBackoffMs: number
  /** Everybody who waits for one usage limit must not come back in the same second. */
  resetJitterMs: number
  /** When the CLI does not say when a usage limit resets. */
  unknownResetMs: number
}

export const defaultRetryPauses: RetryPauses = {
  firstBackoffMs: 2000,
  maxBackoffMs: 5 * 60_000,
  resetJitterMs: 30_000,
  unknownResetMs: 15 * 60_000,
}

type Tries = { spent: number; max: number; random: () => number; pauses: RetryPauses }

/**
 * Decides what becomes of a run. What the process or the API did by themselves is tried again; what the
 * conversation, the options or a human did is not. A usage limit is waited out and spends no try.
 */
export function decide(
  ended: { outcome: Outcome; retryAt: number | null; now: number },
  tries: Tries,
): Decision {
  const { outcome, retryAt, now } = ended
  switch (outcome) {
    case 'ok':
      return { kind: 'end', state: 'succeeded' }
    case 'cancelled':
      return { kind: 'end', state: 'cancelled' }
    case 'rate_limited': {
      const wait = Math.max(0, (retryAt ?? now + tries.pauses.unknownResetMs) - now)
      const delayMs = Math.round(wait + tries.random() * tries.pauses.resetJitterMs)
      return { kind: 'retry', delayMs, reason: 'usage limit' }
    }
    // The machine or its worker went, not the agent: nothing to wait for.
    case 'lost':
      return { kind: 'retry', delayMs: 0, reason: 'its agent was lost' }
    case 'overloaded':
    case 'api_error':
    case 'killed':
    case 'protocol':
    case 'stalled': {
      if (tries.spent >= tries.max) return { kind: 'end', state: 'failed' }
      return { kind: 'retry', delayMs: backoff(tries), reason: `after ${outcome}` }
    }
    case 'agent_error':
    case 'max_turns':
    case 'budget_exceeded':
    case 'permission_denied':
    case 'refused':
    case 'auth':
    case 'context_overflow':
    case 'timeout':
    case 'spawn_failed':
    case 'session_not_found':
    case 'output_limit':
    case 'disk_full':
    // Only what is no attempt of its own ends so.
    case 'parked':
    case 'dependency_failed':
      return { kind: 'end', state: 'failed' }
    default:
      return outcome satisfies never
  }
}

function backoff({ spent, random, pauses }: Tries): number {
  const { firstBackoffMs, maxBackoffMs } = pauses
  const most = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.max(0, spent - 1))
  return Math.round(most * (0.5 + random() / 2))
}
