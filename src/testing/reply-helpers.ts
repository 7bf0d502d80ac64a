import type { CutPoint, Failure, Reply, ReplyBlock, ToolCall } from './script.ts'

/** Everything of a reply but what it says. */
export type ReplyExtras = Omit<Reply, 'text' | 'thinking' | 'tools' | 'content' | 'failure'>

/** The model says this. */
export function text(words: string, extras: ReplyExtras = {}): Reply {
  return { text: words, ...extras }
}

/** The model thinks, then speaks. */
export function thinking(thoughts: string, words: string, extras: ReplyExtras = {}): Reply {
  return { thinking: thoughts, text: words, ...extras }
}

/** The model uses one tool. The Bash tool wants a `description` too; it may be left out. */
export function tool(
  name: string,
  input: Record<string, unknown>,
  extras: ReplyExtras & { text?: string; id?: string } = {},
): Reply {
  const { id, ...rest } = extras
  return { tools: [{ name, input, ...(id !== undefined && { id }) }], ...rest }
}

/** The model uses several tools at once. */
export function tools(calls: ToolCall[], extras: ReplyExtras & { text?: string } = {}): Reply {
  return { tools: calls, ...extras }
}

/** Any mixture of content blocks. */
export function content(blocks: ReplyBlock[], extras: ReplyExtras = {}): Reply {
  return { content: blocks, ...extras }
}

type Extras = Omit<Reply, 'failure'>
type Params<K extends Failure['kind']> = Omit<Extract<Failure, { kind: K }>, 'kind'>

/** Replies that fail, e.g. `failure.overloaded({ repeat: 3 })`. */
export const failure: FailureHelpers = {
  rateLimited: (params, extras) => fail({ kind: 'rate_limited', ...params }, extras),
  usageLimit: (params, extras) => fail({ kind: 'usage_limit', ...params }, extras),
  overloaded: (extras) => fail({ kind: 'overloaded' }, extras),
  serverError: (extras) => fail({ kind: 'server_error' }, extras),
  unauthorized: (message, extras) => fail({ kind: 'unauthorized', ...said(message) }, extras),
  forbidden: (message, extras) => fail({ kind: 'forbidden', ...said(message) }, extras),
  badRequest: (message, extras) => fail({ kind: 'bad_request', ...said(message) }, extras),
  creditTooLow: (extras) => fail({ kind: 'credit_too_low' }, extras),
  modelNotFound: (extras) => fail({ kind: 'model_not_found' }, extras),
  promptTooLong: (params, extras) => fail({ kind: 'prompt_too_long', ...params }, extras),
  refusal: (extras) => fail({ kind: 'refusal' }, extras),
  empty: (extras) => fail({ kind: 'empty' }, extras),
  streamError: (extras) => fail({ kind: 'stream_error' }, extras),
  drop: (at, extras) => fail({ kind: 'drop', at: at ?? 'before_headers' }, extras),
  stall: (at, extras) => fail({ kind: 'stall', at: at ?? 'before_headers' }, extras),
  http: (params, extras) => fail({ kind: 'http', ...params }, extras),
}

/** See {@link failure}. What breaks off in mid-block needs a `text` in its extras to break off in. */
export type FailureHelpers = {
  rateLimited(params?: Params<'rate_limited'>, extras?: Extras): Reply
  usageLimit(params?: Params<'usage_limit'>, extras?: Extras): Reply
  overloaded(extras?: Extras): Reply
  serverError(extras?: Extras): Reply
  unauthorized(message?: string, extras?: Extras): Reply
  forbidden(message?: string, extras?: Extras): Reply
  badRequest(message?: string, extras?: Extras): Reply
  creditTooLow(extras?: Extras): Reply
  modelNotFound(extras?: Extras): Reply
  promptTooLong(params?: Params<'prompt_too_long'>, extras?: Extras): Reply
  refusal(extras?: Extras): Reply
  empty(extras?: Extras): Reply
  streamError(extras?: Extras): Reply
  drop(at?: CutPoint, extras?: Extras): Reply
  stall(at?: CutPoint, extras?: Extras): Reply
  http(params: Params<'http'>, extras?: Extras): Reply
}

function fail(failed: Failure, extras: Extras = {}): Reply {
  return { ...extras, failure: failed }
}

function said(message: string | undefined): { message?: string } {
  return message === undefined ? {} : { message }
}
