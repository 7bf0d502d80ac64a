import type { Prompt } from '../../agent/index.ts'
import type { Outcome } from '../../events/outcome.ts'
import type { RunState } from '../../events/session-event.ts'
import type { ProcessExit, TurnError, Usage } from '../../events/turn-result.ts'
import type { ProfileOptions } from './profile.ts'
import type { Held, OnBusy, Waiting, WorkspaceSource } from './session.ts'

/** One prompt in a session and what came of it. Times are epoch milliseconds. */
export type Run = {
  id: string
  sessionId: string
  sessionKey: string | null
  /** 1, 2, 3… in its session. */
  ordinal: number
  state: RunState
  waiting: Waiting | null
  /** While queued: what holds it up besides the runs before it. */
  held: Held | null
  /** While queued: how many runs of its session come first. */
  ahead: number | null
  outcome: Outcome | null
  /** The reply, as much of it as there is. */
  text: string | null
  error: TurnError | null
  structuredOutput?: unknown
  prompt: Prompt
  options: ProfileOptions
  labels: Record<string, string>
  priority: number
  onBusy: OnBusy
  idempotencyKey: string | null
  parentRunId: string | null
  /** 0 for a run that no agent has made, else one more than its parent's. */
  depth: number
  retryOf: string | null
  scheduleId: string | null
  /** A human looks at its result before it counts as succeeded. */
  review: boolean
  /** The runs that must have ended before. */
  dependsOn: string[]
  onDependencyFailure: OnDependencyFailure
  /** What its agent has reported last. */
  progress: { text: string; percent: number | null; at: number } | null
  submittedBy: string | null
  cancelRequestedAt: number | null
  attempts: Attempt[]
  costUsd: number
  /** What the runs that its agent has made have cost, and theirs; not in `costUsd`. */
  childrenCostUsd: number
  inputTokens: number
  outputTokens: number
  createdAt: number
  /** While it depends on runs that have not ended: 8,640,000,000,000,000, which never comes. */
  readyAt: number
  startedAt: number | null
  endedAt: number | null
}

/** One try at a run. */
export type Attempt = {
  id: string
  number: number
  workerId: string
  agentId: string | null
  outcome: Outcome | null
  error: TurnError | null
  exit: ProcessExit | null
  costUsd: number | null
  usage: Usage | null
  model: string | null
  claudeVersion: string | null
  /** Its part of the agent's log, in bytes. */
  log: { from: number; to: number | null } | null
  startedAt: number
  endedAt: number | null
}

/** A file that goes with a prompt: into the workspace's inbox, images and PDFs also as content blocks. */
export type NewAttachment = { name: string; mediaType: string; data: Uint8Array }

/** What is submitted. Names a session by `sessionId`, or by `key`, which makes it when it is new. */
export type Submission = {
  sessionId?: string
  key?: string
  prompt: Prompt
  attachments?: NewAttachment[]
  /** For a new session, as `workspace`. */
  profile?: string
  workspace?: WorkspaceSource
  options?: ProfileOptions
  labels?: Record<string, string>
  /** -100 to 100, higher first. Default 0. */
  priority?: number
  /** Not before so long from now. */
  delayMs?: number
  /** Submitting the same again under the same key gives the first run. */
  idempotencyKey?: string
  onBusy?: OnBusy
  /** Whether a leading `/` names a command of the CLI. Default `literal`. */
  slashCommands?: 'run' | 'literal'
  parentRunId?: string
  /** Ids of runs that must have ended before. */
  dependsOn?: string[]
  /** When one of them does not succeed: fail too, be skipped, or run anyway. Default `fail`. */
  onDependencyFailure?: OnDependencyFailure
  /** A human looks at its result before it counts as succeeded. */
  review?: boolean
}

export type OnDependencyFailure = 'fail' | 'skip' | 'run'

export type RunFilter = {
  sessionId?: string
  state?: RunState[]
  outcome?: Outcome[]
  profile?: string
  labels?: Record<string, string>
  parentRunId?: string
  scheduleId?: string
  /** Epoch milliseconds. */
  createdAfter?: number
  createdBefore?: number
}
