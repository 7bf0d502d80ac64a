import type { Outcome } from '../../events/outcome.ts'

/** What follows from an attempt's end. */
export type Decision =
  | { kind: 'end'; state: 'succeeded' | 'failed' | 'cancelled' }
  /** Once more, in the same conversation, not before `delayMs` from now. */
  | { kind: 'retry'; delayMs: number; reason: string }

const firstBackoffMs = 2000
const maxBackoffMs = 5 * 60_000
/** Everybody who waits for one usage limit must not come back in the same second. */
const resetJitterMs = 30_000
/** When the CLI does not say when a usage limit resets. */
const unknownResetMs = 15 * 60_000

/**
 * Decides what becomes of a run. What the process or the API did by themselves is tried again; what the
 * conversation, the options or a human did is not. A usage limit is waited out and spends no try.
 */
export function decide(
  ended: { outcome: Outcome; retryAt: number | null; now: number },
  tries: { spent: number; max: number; random: () => number },
): Decision {
  const { outcome, retryAt, now } = ended
  switch (outcome) {
    case 'ok':
      return { kind: 'end', state: 'succeeded' }
    case 'cancelled':
      return { kind: 'end', state: 'cancelled' }
    case 'rate_limited': {
      const wait = Math.max(0, (retryAt ?? now + unknownResetMs) - now)
      const delayMs = Math.round(wait + tries.random() * resetJitterMs)
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
      return { kind: 'end', state: 'failed' }
    default:
      return outcome satisfies never
  }
}

function backoff({ spent, random }: { spent: number; random: () => number }): number {
  const most = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.max(0, spent - 1))
  return Math.round(most * (0.5 + random() / 2))
}
