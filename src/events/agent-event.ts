import type { HumanRequest, RequestEnd } from './human-request.ts'

/** Where an event stands: the byte offset of its line in the agent's `out.jsonl`. */
type Logged = { offset: number }

/** The tool call of the subagent that said it; `null` for the main conversation. */
type Spoken = Logged & { parentToolUseId: string | null }

/** Transient: published while a block grows, repeated in full by the block's own event. */
export type DeltaEvent =
  | (Spoken & { type: 'text_delta'; text: string })
  | (Spoken & { type: 'thinking_delta'; text: string })
  | (Spoken & { type: 'tool_input_delta'; json: string })
  /** What one reply of the model took, at its end. The turn's own figures are in its result. */
  | (Spoken & { type: 'reply_tokens'; inputTokens: number; outputTokens: number })

/** What the agent said and did. */
export type WorkEvent =
  | (Spoken & { type: 'text'; text: string; messageId: string })
  | (Spoken & { type: 'thinking'; text: string; messageId: string })
  | (Spoken & { type: 'tool_started'; toolUseId: string; toolName: string; input: unknown })
  | (Spoken & {
      type: 'tool_finished'
      toolUseId: string
      isError: boolean
      /** What the model reads. */
      content: string
      /** The tool's structured output, as the CLI gives it. */
      output: unknown
    })
  | (Logged & { type: 'tool_denied'; toolUseId: string; toolName: string; message: string })
  | (Logged & {
      type: 'task_started'
      taskId: string
      toolUseId: string | null
      description: string
      taskType: string
      isBackground: boolean
    })
  | (Logged & { type: 'task_progress'; taskId: string; description: string })
  | (Logged & { type: 'task_finished'; taskId: string; status: string; summary: string })

/** What the CLI says of its own state. */
export type StateEvent =
  | (Logged & {
      type: 'init'
      sessionId: string
      model: string
      permissionMode: string
      claudeVersion: string
      cwd: string
      tools: string[]
      mcpServers: { name: string; status: string }[]
    })
  | (Logged & { type: 'state'; state: 'running' | 'requires_action' | 'idle' })
  | (Logged & {
      type: 'prompt_state'
      promptId: string
      state: 'queued' | 'started' | 'completed' | 'cancelled'
    })
  | (Logged & { type: 'mode_changed'; permissionMode: string })
  | (Logged & { type: 'session_changed'; sessionId: string })
  | (Logged & { type: 'compacting' })
  | (Logged & { type: 'compacted'; trigger: string; preTokens: number; postTokens: number | null })
  | (Logged & {
      type: 'api_retry'
      attempt: number
      maxRetries: number
      delayMs: number
      status: number | null
      error: string
    })
  | (Logged & {
      type: 'rate_limit'
      status: string
      limitType: string | null
      /** Epoch milliseconds. */
      resetsAt: number | null
      utilization: number | null
    })
  /** The API, or the way to it, failed for good; the turn ends. */
  | (Logged & { type: 'api_error'; kind: string; status: number | null; message: string })
  | (Logged & { type: 'model_fallback'; from: string; to: string; message: string })
  | (Logged & {
      /** One result line of the CLI. A turn with background work has several. */
      type: 'result'
      isError: boolean
      text: string
      /** Cumulative for the conversation; a turn's own share is in its result. */
      totalCostUsd: number | null
      /** What made the CLI take this turn, when it was not the prompt. */
      origin: string | null
    })

/** What is asked of a human. */
export type RequestEvent =
  | (Logged & { type: 'request_opened'; request: HumanRequest })
  | (Logged & {
      type: 'request_closed'
      requestId: string
      how: RequestEnd
      /** Who did it, where a service knows. */
      by?: string
    })

/** What hostler itself has to say, and what it could not understand. */
export type NoticeEvent =
  | (Logged & { type: 'notice'; code: NoticeCode; message: string; bytes?: number })
  /** Valid JSON of a kind that hostler does not know, as it came. */
  | (Logged & { type: 'unknown'; message: Record<string, unknown> })
  /** A line that is not a JSON object; `text` is its head, with bad bytes replaced. */
  | (Logged & { type: 'unparsed'; text: string; bytes: number })

/** What a notice is about. */
export type NoticeCode =
  | 'output_limit'
  | 'stderr_cut'
  | 'interrupting'
  | 'stopping'
  /** The agent gave a result and then said nothing more: it is ended. */
  | 'limbo'
  /** It is silent for longer than it may be, but has used its processor: it is given more time. */
  | 'silent_but_busy'

/** Everything that can happen in an agent, in the order of its log. */
export type AgentEvent = DeltaEvent | WorkEvent | StateEvent | RequestEvent | NoticeEvent
