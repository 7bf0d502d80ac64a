import type { ModelRequest } from './model-request.ts'

/** A content block of a reply, as the Messages API names them. */
export type ReplyBlock =
  | { type: 'text'; text: string }
  | { type: 'thinking'; thinking: string }
  | { type: 'tool_use'; name: string; input: Record<string, unknown>; id?: string }

/** A tool that the model wants to use. */
export type ToolCall = { name: string; input: Record<string, unknown>; id?: string }

/**
 * Which requests a reply is for; all given conditions must hold. Texts are substrings, or regular
 * expressions when written as `/…/flags`.
 */
export type When = {
  /** The newest text that the user wrote; stays the same while tools run. */
  lastUserText?: string
  /** What the tools gave back just now. */
  toolResultText?: string
  /** Anything in the conversation. */
  anyText?: string
  systemText?: string
  model?: string
  stream?: boolean
  hasToolResult?: boolean
}

/** What goes wrong with a request. Names and forms: docs.anthropic.com, "Errors", and what the CLI recognises. */
export type Failure =
  /** 429. Without `retryAfterS` the CLI retries for three minutes; with 60 or more it gives up at once. */
  | { kind: 'rate_limited'; retryAfterS?: number; message?: string }
  /** 429 of a subscription; the CLI heeds it with an OAuth token only. `resetsAt` in epoch seconds. */
  | {
      kind: 'usage_limit'
      claim?: 'five_hour' | 'seven_day'
      resetsAt?: number
      resetsInS?: number
    }
  | { kind: 'overloaded' }
  | { kind: 'server_error'; message?: string }
  | { kind: 'unauthorized'; message?: string }
  | { kind: 'forbidden'; message?: string }
  | { kind: 'bad_request'; message?: string }
  | { kind: 'credit_too_low' }
  | { kind: 'model_not_found' }
  | { kind: 'prompt_too_long'; tokens?: number; limit?: number }
  /** The safeguards step in: no content, `stop_reason` "refusal". */
  | { kind: 'refusal' }
  /** A reply without any content. */
  | { kind: 'empty' }
  /** An error event instead of the rest of the stream. */
  | { kind: 'stream_error'; errorType?: string; message?: string }
  /** The connection is cut. */
  | { kind: 'drop'; at?: CutPoint }
  /** Nothing more comes until `release('stall')`, or the name in `hold`. */
  | { kind: 'stall'; at?: CutPoint }
  /** Any other HTTP error. */
  | {
      kind: 'http'
      status: number
      errorType?: string
      message?: string
      headers?: Record<string, string>
    }

/** Where a reply breaks off; `mid_block` is half way through its last content block. */
export type CutPoint = 'before_headers' | 'mid_block'

/** Tokens that a reply claims to have used. */
export type ReplyUsage = {
  inputTokens?: number
  outputTokens?: number
  cacheReadTokens?: number
  cacheCreationTokens?: number
}

/** One answer of the scripted model. `thinking`, `text` and `tools` come in that order; `content` in any. */
export type Reply = {
  /** Named in the record of requests. */
  name?: string
  when?: When
  /** Use it so many times, or for ever; default once. */
  repeat?: true | number
  thinking?: string
  text?: string
  tools?: ToolCall[]
  content?: ReplyBlock[]
  /** How the stream is cut up: characters per delta (default 20), and the pause before each of them. */
  pace?: { chunkChars?: number; delayMs?: number }
  /** Pause before the first byte. */
  delayMs?: number
  /** Wait before the first byte until `release(hold)`. */
  hold?: string
  usage?: ReplyUsage
  /** Default: `tool_use` when there is one, else `end_turn`. */
  stopReason?: string
  /** Headers to add, e.g. `anthropic-ratelimit-unified-*` for a warning. */
  headers?: Record<string, string>
  failure?: Failure
}

/** A reply, or in code a function that makes one for the request. */
export type ScriptedReply = Reply | ((request: ModelRequest) => Reply | Promise<Reply>)

/** What the model says: replies in order, and what it answers when they have run out. */
export type Script = { replies: ScriptedReply[]; otherwise: ScriptedReply | null }

/** A script as users write it; a bare array is its `replies`. */
export type ScriptInput =
  | readonly ScriptedReply[]
  | { replies?: readonly ScriptedReply[]; otherwise?: ScriptedReply }
