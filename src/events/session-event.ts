import type { AgentEvent, DeltaEvent } from './agent-event.ts'
import type { Outcome } from './outcome.ts'
import type { TurnError } from './turn-result.ts'

/** What a run can be. `waiting` always says on what. */
export type RunState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled'

/** What a run waits for: an answer, its child runs, or a time such as a usage limit's reset. */
export type WaitingOn = 'human' | 'children' | 'time'

/** What holds up a run that is queued, besides those before it in its session. */
export type HeldBy = WaitingOn | 'dependencies' | 'account' | 'budget' | 'quarantine'

/** What becomes of a session and its runs. */
export type ServiceEvent =
  | { type: 'session_created'; profile: string; parentId: string | null }
  | { type: 'session_changed'; fields: string[] }
  | { type: 'session_archived' }
  | {
      type: 'run_queued'
      /** The text of the prompt, cut after 4,000 characters; the run has all of it. */
      prompt: string
      /** How many runs of this session are before it. */
      ahead: number
      /** Epoch milliseconds before which it does not start. */
      readyAt: number
      retryOf: string | null
    }
  | {
      type: 'run_started'
      attempt: number
      attemptId: string
      agentId: string
      workerId: string
      /** `warm`: the agent was there; `resumed`: a new process in the same conversation. */
      agent: 'warm' | 'spare' | 'new' | 'resumed' | 'attached'
    }
  | { type: 'run_waiting'; on: WaitingOn; until: number | null; reason: string }
  | { type: 'run_continued' }
  | {
      type: 'attempt_ended'
      attempt: number
      attemptId: string
      outcome: Outcome
      error: TurnError | null
      costUsd: number | null
    }
  /** What its agent has to say of how far it is; `percent` from 0 to 100. */
  | { type: 'run_progress'; text: string; percent: number | null }
  /** A run that its agent has made, in a session of its own. */
  | { type: 'task_created'; taskRunId: string; taskSessionId: string; title: string }
  /** A rule of the profile, a grant or a bypass has decided what the agent asked for. */
  | {
      type: 'permission_decided'
      toolName: string
      toolUseId: string
      decision: 'allow' | 'deny'
      /** `profile`: its rules; `session`: granted for the session; `bypass`: switched on for a while. */
      by: 'profile' | 'session' | 'bypass'
      rule: string
    }
  | { type: 'budget_warning'; limit: string; spentUsd: number; limitUsd: number }
  | { type: 'session_quarantined'; reason: string }
  | { type: 'session_released'; by: string }
  | { type: 'run_cancelling'; by: string }
  | {
      type: 'run_ended'
      state: 'succeeded' | 'failed' | 'cancelled'
      outcome: Outcome
      text: string
      error: TurnError | null
      costUsd: number
      durationMs: number
    }

/** A permission that was given or refused without a human. */
export type PermissionDecided = Extract<ServiceEvent, { type: 'permission_decided' }>

type Placed = {
  /** Epoch milliseconds. */
  at: number
  sessionId: string
  runId: string | null
}

/**
 * What an agent said, as its session's log has it. There `sessionId` is hostler's; the conversation's id
 * that Claude gave is `claudeSessionId`.
 */
export type LoggedAgentEvent =
  | Exclude<AgentEvent, DeltaEvent | AgentInit | AgentSessionChange>
  | (Omit<AgentInit, 'sessionId'> & { claudeSessionId: string })
  | { type: 'claude_session_changed'; offset: number; claudeSessionId: string }

type AgentInit = Extract<AgentEvent, { type: 'init' }>
type AgentSessionChange = Extract<AgentEvent, { type: 'session_changed' }>

/** Stored: numbered from 1 without a gap in its session. */
export type StoredEvent = Placed & { seq: number } & (ServiceEvent | LoggedAgentEvent)

/** Published and forgotten: the finished block follows as a stored event. */
export type TransientEvent = Placed & { seq: null } & DeltaEvent

/** Everything that a subscriber of a session gets to see. */
export type SessionEvent = StoredEvent | TransientEvent
