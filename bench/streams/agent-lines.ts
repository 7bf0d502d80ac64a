import { randomUUID } from 'node:crypto'
import { toStamp } from './clock.ts'

/** A finished block of the model's reply, which is stored before anybody is told. */
export function blockLine(sessionId: string): string {
  return toLine(sessionId, {
    type: 'assistant',
    message: {
      id: `msg_${randomUUID()}`,
      type: 'message',
      role: 'assistant',
      model: 'claude-fake-1',
      content: [{ type: 'text', text: `${toStamp()} a sentence or two, as the model says them` }],
      usage: { input_tokens: 12, output_tokens: 5 },
    },
  })
}

/** A piece of one that grows, which is only passed on. */
export function deltaLine(sessionId: string): string {
  return toLine(sessionId, {
    type: 'stream_event',
    event: {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: `${toStamp()} a few words` },
    },
    api_message_id: 'msg_01',
  })
}

function toLine(sessionId: string, message: Record<string, unknown>): string {
  const named = { parent_tool_use_id: null, session_id: sessionId, uuid: randomUUID() }
  return `${JSON.stringify({ ...message, ...named })}\n`
}
