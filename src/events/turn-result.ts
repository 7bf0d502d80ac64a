import type { Outcome } from './outcome.ts'

/** Tokens as the API counts them. */
export type Tokens = {
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheCreationTokens: number
}

/** A turn's tokens, subagents and compaction included, in total and by model. */
export type Usage = Tokens & { byModel: Record<string, Tokens & { costUsd: number }> }

/** A tool call that a rule, a mode or a human refused. */
export type PermissionDenial = { toolName: string; toolUseId: string; toolInput: unknown }

/** What went wrong: `code` is stable, `cure` says what would help where something would. */
export type TurnError = { code: string; message: string; cure: string | null }

/** How the process ended, when it has. A shell reports death by a signal as `code` 128 + signal. */
export type ProcessExit = { code: number | null; signal: string | null }

/** What came of one prompt. */
export type TurnResult = {
  outcome: Outcome
  /** The reply; for a turn that failed, as much of it as there is. */
  text: string
  /** `null` when the outcome is `ok`. */
  error: TurnError | null
  agentId: string
  /** The uuid that the prompt was sent with. */
  promptId: string
  /** Claude's session id: what `resume` takes. `null` when the CLI never named one. */
  sessionId: string | null
  /** HTTP status of the API error that ended the turn. */
  apiStatus: number | null
  /** When a usage limit resets, or a retry makes sense: epoch milliseconds. */
  retryAt: number | null
  /** This turn's own share, in US dollars; `null` when the CLI ended without reporting it. */
  costUsd: number | null
  usage: Usage
  /** From sending the prompt to the end of the turn. */
  durationMs: number
  /** Of that, time spent in API calls, as the CLI reports it. */
  apiDurationMs: number | null
  /** From sending the prompt to the first token, as the CLI reports it. */
  firstTokenMs: number | null
  permissionDenials: PermissionDenial[]
  /** Prompts that were sent into this turn and became part of it. */
  steeredPromptIds: string[]
  /** Those that the agent had taken up when it ended, without a result after that. */
  unansweredPromptIds: string[]
  /** Uuid of the reply's last message, which is its line's in the transcript, too. */
  lastMessageUuid: string | null
  /** The value for `outputFormat`'s schema; `undefined` when there is none. */
  structuredOutput?: unknown
  /** Set when the process ended in or right after this turn. */
  exit: ProcessExit | null
}
