import type { AgentEvent } from '../../events/agent-event.ts'
import { toHumanRequest } from './to-human-request.ts'
import {
  isObject,
  numberAt,
  numberOrNull,
  objectAt,
  objectsAt,
  stringAt,
  stringOrNull,
  type Loose,
} from './loose.ts'
import { toSystemEvent } from './to-system-event.ts'

/** The events that one message of the CLI stands for. What is not known comes out as `unknown`. */
export function toEvents(message: Loose, offset: number): AgentEvent[] {
  switch (message['type']) {
    case 'stream_event':
      return toDelta(message, offset)
    case 'assistant':
      return toAssistantEvents(message, offset)
    case 'user':
      return toUserEvents(message, offset)
    case 'system':
      return toSystemEvent(message, offset)
    case 'result':
      return [toResultEvent(message, offset)]
    case 'command_lifecycle':
      return toPromptState(message, offset)
    case 'rate_limit_event':
      return [toRateLimit(objectAt(message, 'rate_limit_info'), offset)]
    case 'conversation_reset':
      return [
        { type: 'session_changed', sessionId: stringAt(message, 'new_conversation_id'), offset },
      ]
    case 'control_request': {
      const request = toHumanRequest(message, Date.now())
      return request === null ? [] : [{ type: 'request_opened', request, offset }]
    }
    case 'control_cancel_request':
      return [
        {
          type: 'request_closed',
          requestId: stringAt(message, 'request_id'),
          how: 'withdrawn',
          offset,
        },
      ]
    case 'control_response':
    case 'keep_alive':
      return []
    default:
      return [{ type: 'unknown', message, offset }]
  }
}

function toDelta(message: Loose, offset: number): AgentEvent[] {
  const event = message['event']
  if (!isObject(event)) return []
  const parentToolUseId = stringOrNull(message, 'parent_tool_use_id')
  if (event['type'] === 'message_delta') {
    const usage = objectAt(event, 'usage')
    const inputTokens = numberAt(usage, 'input_tokens')
    const outputTokens = numberAt(usage, 'output_tokens')
    return [{ type: 'reply_tokens', inputTokens, outputTokens, parentToolUseId, offset }]
  }
  if (event['type'] !== 'content_block_delta') return []
  const delta = objectAt(event, 'delta')
  switch (delta['type']) {
    case 'text_delta':
      return [{ type: 'text_delta', text: stringAt(delta, 'text'), parentToolUseId, offset }]
    case 'thinking_delta':
      return [
        { type: 'thinking_delta', text: stringAt(delta, 'thinking'), parentToolUseId, offset },
      ]
    case 'input_json_delta':
      return [
        {
          type: 'tool_input_delta',
          json: stringAt(delta, 'partial_json'),
          parentToolUseId,
          offset,
        },
      ]
    default:
      return []
  }
}

function toAssistantEvents(message: Loose, offset: number): AgentEvent[] {
  const inner = objectAt(message, 'message')
  const messageId = stringAt(inner, 'id')
  const parentToolUseId = stringOrNull(message, 'parent_tool_use_id')
  const kind = stringAt(message, 'error')
  if (kind !== '') {
    const status = numberOrNull(message, 'api_error_status')
    return [{ type: 'api_error', kind, status, message: toContentText(inner['content']), offset }]
  }
  const events: AgentEvent[] = []
  for (const block of objectsAt(inner, 'content')) {
    switch (block['type']) {
      case 'text':
        events.push({
          type: 'text',
          text: stringAt(block, 'text'),
          messageId,
          parentToolUseId,
          offset,
        })
        break
      case 'thinking':
      case 'redacted_thinking':
        events.push({
          type: 'thinking',
          text: stringAt(block, 'thinking'),
          messageId,
          parentToolUseId,
          offset,
        })
        break
      case 'tool_use':
      case 'server_tool_use':
        events.push({
          type: 'tool_started',
          toolUseId: stringAt(block, 'id'),
          toolName: stringAt(block, 'name'),
          input: block['input'],
          parentToolUseId,
          offset,
        })
        break
      default:
        events.push({ type: 'unknown', message: block, offset })
    }
  }
  return events
}

function toUserEvents(message: Loose, offset: number): AgentEvent[] {
  const parentToolUseId = stringOrNull(message, 'parent_tool_use_id')
  const events: AgentEvent[] = []
  for (const block of objectsAt(objectAt(message, 'message'), 'content')) {
    // Text here is an echo of the prompt, or the CLI talking to the model.
    if (block['type'] !== 'tool_result') continue
    events.push({
      type: 'tool_finished',
      toolUseId: stringAt(block, 'tool_use_id'),
      isError: block['is_error'] === true,
      content: toContentText(block['content']),
      output: message['tool_use_result'],
      parentToolUseId,
      offset,
    })
  }
  return events
}

function toContentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .filter(isObject)
    .map((block) =>
      block['type'] === 'text' ? stringAt(block, 'text') : `[${stringAt(block, 'type')}]`,
    )
    .join('\n')
}

function toResultEvent(message: Loose, offset: number): AgentEvent {
  return {
    type: 'result',
    isError: message['is_error'] === true,
    text: stringAt(message, 'result'),
    totalCostUsd: numberOrNull(message, 'total_cost_usd'),
    origin: stringOrNull(objectAt(message, 'origin'), 'kind'),
    offset,
  }
}

function toPromptState(message: Loose, offset: number): AgentEvent[] {
  const state = message['state']
  switch (state) {
    case 'queued':
    case 'started':
    case 'completed':
    case 'cancelled':
      return [{ type: 'prompt_state', promptId: stringAt(message, 'command_uuid'), state, offset }]
    default:
      return [{ type: 'unknown', message, offset }]
  }
}

/** The CLI counts `resetsAt` in seconds. */
export function toRateLimit(info: Loose, offset: number): AgentEvent & { type: 'rate_limit' } {
  const resetsAt = numberOrNull(info, 'resetsAt')
  return {
    type: 'rate_limit',
    status: stringAt(info, 'status'),
    limitType: stringOrNull(info, 'rateLimitType'),
    resetsAt: resetsAt === null ? null : resetsAt * 1000,
    utilization: numberOrNull(info, 'utilization'),
    offset,
  }
}
