import type { Outcome } from '../../events/outcome.ts'
import type { LeftQuestion } from './question-file.ts'
import { type Action, outcomeTable } from '../outcomes/outcome-table.ts'
import type { RetryPauses } from '../outcomes/retry-pauses.ts'

/** What follows from an attempt's end. */
export type Decision =
  | { kind: 'end'; state: 'succeeded' | 'failed' | 'cancelled' }
  /** Once more, in the same conversation, not before `delayMs` from now. */
  | { kind: 'retry'; delayMs: number; reason: string }
  /** Its agent is gone; it goes on when what it waits for is there. */
  | { kind: 'park'; on: 'human' | 'children'; reason: string; question?: LeftQuestion }
  /** A human looks at what came of it. */
  | { kind: 'review' }

/** How an attempt ended, as far as it decides what follows. */
export type Ended = {
  outcome: Outcome
  /** Epoch milliseconds. */
  retryAt: number | null
  /** A usage limit was reached, whether or not it is known when it resets. */
  isLimit: boolean
  now: number
}

export type Tries = {
  action: Action
  /** This one included: those that count, and those that ended just so. */
  spent: number
  ofOutcome: number
  max: number
  random: () => number
  pauses: RetryPauses
}

/**
 * Decides what becomes of a run: what the table of outcomes, or its profile, says. A usage limit is
 * waited out and spends no try.
 */
export function decide(ended: Ended, tries: Tries): Decision {
  const { action } = tries
  switch (action.do) {
    case 'done':
      return { kind: 'end', state: ended.outcome === 'ok' ? 'succeeded' : 'cancelled' }
    case 'fail':
      return { kind: 'end', state: 'failed' }
    case 'ask':
      return { kind: 'review' }
    case 'park':
      if (ended.isLimit) return untilReset(ended, tries)
      // What names no limit passes by itself, as an overload does.
      return ended.outcome === 'rate_limited'
        ? decide(ended, { ...tries, action: outcomeTable.overloaded.action })
        : { kind: 'end', state: 'failed' }
    case 'retry':
      return again(ended, { ...tries, action })
    default:
      return action satisfies never
  }
}

function untilReset({ retryAt, now }: Ended, { random, pauses }: Tries): Decision {
  const wait = Math.max(0, (retryAt ?? now + pauses.unknownResetMs) - now)
  const delayMs = Math.round(wait + random() * pauses.resetJitterMs)
  return { kind: 'retry', delayMs, reason: 'usage limit' }
}

function again(
  { outcome }: Ended,
  { action, spent, ofOutcome, max, random, pauses }: Tries & { action: Action & { do: 'retry' } },
): Decision {
  const { maxAttempts, isFree } = action
  const isOver = maxAttempts === null ? !isFree && spent >= max : ofOutcome >= maxAttempts
  if (isOver) return { kind: 'end', state: 'failed' }
  const first = action.firstBackoffMs ?? pauses.firstBackoffMs
  const longest = Math.max(first, action.maxBackoffMs ?? pauses.maxBackoffMs)
  const doublings = (maxAttempts === null ? spent : ofOutcome) - 1
  const most = Math.min(longest, first * 2 ** Math.max(0, doublings))
  const delayMs = Math.round(most * (0.5 + random() / 2))
  const reason = outcome === 'lost' ? 'its agent was lost' : `after ${outcome}`
  return { kind: 'retry', delayMs, reason }
}
