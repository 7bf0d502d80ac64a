import type { Reply, ReplyBlock } from './script.ts'

/** A Messages API event; see docs.anthropic.com, "Streaming messages". */
export type StreamEvent = { type: string } & Record<string, unknown>

/** The complete message that a reply stands for, as the non-streaming API gives it. */
export type ApiMessage = {
  id: string
  type: 'message'
  role: 'assistant'
  model: string
  content: Record<string, unknown>[]
  stop_reason: string
  stop_sequence: null
  usage: Record<string, unknown>
}

const defaultChunkChars = 20

/** `serial` makes the ids of the message and its tool calls unique. */
export function toApiMessage(reply: Reply, context: { model: string; serial: string }): ApiMessage {
  const blocks = toBlocks(reply)
  const usesTool = blocks.some((block) => block.type === 'tool_use')
  return {
    id: `msg_${context.serial}`,
    type: 'message',
    role: 'assistant',
    model: context.model,
    content: blocks.map((block, index) => toContent(block, `toolu_${context.serial}_${index}`)),
    stop_reason: reply.stopReason ?? (usesTool ? 'tool_use' : 'end_turn'),
    stop_sequence: null,
    usage: toUsage(reply),
  }
}

/** The stream's events in order; the last content block alone is returned apart, so that it can be cut. */
export function toStreamEvents(
  message: ApiMessage,
  pace: Reply['pace'],
): { head: StreamEvent[]; lastBlock: StreamEvent[]; tail: StreamEvent[] } {
  const chunkChars = pace?.chunkChars ?? defaultChunkChars
  const blocks = message.content.map((block, index) => toBlockEvents(block, index, chunkChars))
  const start: StreamEvent = {
    type: 'message_start',
    message: {
      ...message,
      content: [],
      stop_reason: null,
      // The API cannot know the output at the start: it says 1.
      usage: { ...message.usage, output_tokens: 1 },
    },
  }
  return {
    head: [start, ...blocks.slice(0, -1).flat()],
    lastBlock: blocks.at(-1) ?? [],
    tail: [
      {
        type: 'message_delta',
        delta: { stop_reason: message.stop_reason, stop_sequence: null },
        usage: message.usage,
      },
      { type: 'message_stop' },
    ],
  }
}

function toBlocks(reply: Reply): ReplyBlock[] {
  if (reply.content !== undefined) return reply.content
  const blocks: ReplyBlock[] = []
  if (reply.thinking !== undefined) blocks.push({ type: 'thinking', thinking: reply.thinking })
  if (reply.text !== undefined) blocks.push({ type: 'text', text: reply.text })
  for (const tool of reply.tools ?? []) blocks.push({ type: 'tool_use', ...tool })
  return blocks
}

function toContent(block: ReplyBlock, toolUseId: string): Record<string, unknown> {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text }
    case 'thinking':
      return { type: 'thinking', thinking: block.thinking, signature: 'c2lnbmF0dXJl' }
    case 'tool_use':
      return { type: 'tool_use', id: block.id ?? toolUseId, name: block.name, input: block.input }
    default:
      return block satisfies never
  }
}

function toBlockEvents(
  block: Record<string, unknown>,
  index: number,
  chunkChars: number,
): StreamEvent[] {
  const delta = (value: Record<string, unknown>): StreamEvent => ({
    type: 'content_block_delta',
    index,
    delta: value,
  })
  const start = (value: Record<string, unknown>): StreamEvent => ({
    type: 'content_block_start',
    index,
    content_block: value,
  })
  const stop: StreamEvent = { type: 'content_block_stop', index }
  const cut = (value: unknown): string[] => toChunks(String(value), chunkChars)
  switch (block['type']) {
    case 'thinking':
      return [
        start({ type: 'thinking', thinking: '', signature: '' }),
        ...cut(block['thinking']).map((thinking) => delta({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: block['signature'] }),
        stop,
      ]
    case 'tool_use': {
      const json = cut(JSON.stringify(block['input']))
      return [
        start({ ...block, input: {} }),
        ...json.map((it) => delta({ type: 'input_json_delta', partial_json: it })),
        stop,
      ]
    }
    default:
      return [
        start({ type: 'text', text: '' }),
        ...cut(block['text']).map((text) => delta({ type: 'text_delta', text })),
        stop,
      ]
  }
}

/** Cuts between code points, never inside a surrogate pair. */
function toChunks(text: string, chunkChars: number): string[] {
  const chunks: string[] = []
  let start = 0
  while (start < text.length) {
    let end = Math.min(text.length, start + chunkChars)
    if (end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xff_ff) end += 1
    chunks.push(text.slice(start, end))
    start = end
  }
  return chunks
}

function toUsage(reply: Reply): Record<string, unknown> {
  const usage = reply.usage ?? {}
  return {
    input_tokens: usage.inputTokens ?? 12,
    cache_creation_input_tokens: usage.cacheCreationTokens ?? 0,
    cache_read_input_tokens: usage.cacheReadTokens ?? 0,
    output_tokens: usage.outputTokens ?? 5,
    service_tier: 'standard',
  }
}
