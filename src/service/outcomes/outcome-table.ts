import type { Outcome } from '../../events/outcome.ts'
import type { OutcomeAction } from '../contract/profile.ts'

/** What follows from an attempt that ended so. */
export type Action =
  | { do: 'done' }
  | { do: 'fail' }
  /** A human says how it goes on. */
  | { do: 'ask' }
  /** Nothing starts before what it waits for is there. */
  | { do: 'park' }
  | {
      do: 'retry'
      /** Tries that end with this outcome; null: as many as the run has, whatever they end with. */
      maxAttempts: number | null
      /** `null`: as all retries have it. */
      firstBackoffMs: number | null
      maxBackoffMs: number | null
      /** It was not the run that failed: it loses no try. */
      isFree: boolean
    }

export type OutcomeRow = {
  action: Action
  /** Why, for people. */
  why: string
  /** Nothing else could follow from it. */
  isFixed?: true
}

const fail: Action = { do: 'fail' }
const retry: Action = {
  do: 'retry',
  maxAttempts: null,
  firstBackoffMs: null,
  maxBackoffMs: null,
  isFree: false,
}

/** What follows from each outcome where the profile does not say otherwise. */
export const outcomeTable: Readonly<Record<Outcome, OutcomeRow>> = {
  ok: { action: { do: 'done' }, why: 'It was answered.', isFixed: true },
  cancelled: { action: { do: 'done' }, why: 'Somebody wanted it so.', isFixed: true },
  parked: {
    action: { do: 'park' },
    why: 'It waits for a human, or for runs that its agent has made, and needs no agent for that.',
    isFixed: true,
  },
  dependency_failed: {
    action: fail,
    why: 'It never began: its own `onDependencyFailure` has decided it.',
    isFixed: true,
  },
  rate_limited: {
    action: { do: 'park' },
    why: 'Until the usage limit resets, with all runs of the account, and without the loss of a try. A refusal that names no limit is tried again as `overloaded` is.',
  },
  overloaded: { action: retry, why: 'The API will have room again.' },
  api_error: {
    action: retry,
    why: 'The API, or the way to it, failed. What it refuses again and again puts the session into quarantine.',
  },
  killed: { action: retry, why: 'Something outside ended the agent: its conversation is resumed.' },
  protocol: { action: retry, why: 'The CLI ended without a result, or had none to give.' },
  stalled: { action: retry, why: 'The agent said nothing for too long and was ended.' },
  lost: {
    action: { ...retry, firstBackoffMs: 0, maxBackoffMs: 0, isFree: true },
    why: 'The machine or its worker went, not the agent.',
  },
  auth: {
    action: fail,
    why: 'The login is refused: nothing more starts with that account until somebody mends it.',
  },
  agent_error: { action: fail, why: 'The agent itself says that it failed.' },
  max_turns: { action: fail, why: 'It has had the model calls that it may have.' },
  budget_exceeded: { action: fail, why: 'It has cost what it may cost.' },
  permission_denied: { action: fail, why: 'What it needs was denied to it.' },
  refused: { action: fail, why: 'The model will refuse the same prompt again.' },
  context_overflow: { action: fail, why: 'The conversation has become too long for the model.' },
  timeout: { action: fail, why: 'It has had its time, and would need it again.' },
  spawn_failed: { action: fail, why: 'It could not be started as it is configured.' },
  session_not_found: {
    action: fail,
    why: 'Its conversation is nowhere; `onSessionLost: fresh` begins anew.',
  },
  output_limit: { action: fail, why: 'It said more than `maxLogBytes` or `maxLineBytes` let it.' },
  disk_full: { action: fail, why: 'There was no room for what it says.' },
}

/** What follows from an outcome for runs of this profile. */
export function actionFor(
  outcome: Outcome,
  { outcomes = {} }: { outcomes?: Partial<Record<Outcome, OutcomeAction>> } = {},
): Action {
  const wanted = outcomes[outcome]
  if (wanted === undefined) return outcomeTable[outcome].action
  if (wanted === 'fail' || wanted === 'ask') return { do: wanted }
  const { maxAttempts = null, firstBackoffMs = null, maxBackoffMs = null } = wanted
  return { do: 'retry', maxAttempts, firstBackoffMs, maxBackoffMs, isFree: false }
}
