import type { AgentEvent } from '../../events/agent-event.ts'
import {
  numberAt,
  numberOrNull,
  objectAt,
  objectsAt,
  stringAt,
  stringOrNull,
  stringsAt,
  type Loose,
} from './loose.ts'

/** The event of a `system` message; `[]` for those that only repeat what another event says. */
export function toSystemEvent(message: Loose, offset: number): AgentEvent[] {
  switch (message['subtype']) {
    case 'init':
      return [toInit(message, offset)]
    case 'session_state_changed':
      return toState(message, offset)
    case 'status':
      return toStatus(message, offset)
    case 'api_retry':
      return [
        {
          type: 'api_retry',
          attempt: numberAt(message, 'attempt'),
          maxRetries: numberAt(message, 'max_retries'),
          delayMs: Math.round(numberAt(message, 'retry_delay_ms')),
          status: numberOrNull(message, 'error_status'),
          error: stringAt(message, 'error'),
          offset,
        },
      ]
    case 'permission_denied':
      return [
        {
          type: 'tool_denied',
          toolUseId: stringAt(message, 'tool_use_id'),
          toolName: stringAt(message, 'tool_name'),
          message: stringAt(message, 'message'),
          offset,
        },
      ]
    case 'compact_boundary': {
      const metadata = objectAt(message, 'compact_metadata')
      return [
        {
          type: 'compacted',
          trigger: stringAt(metadata, 'trigger'),
          preTokens: numberAt(metadata, 'pre_tokens'),
          postTokens: numberOrNull(metadata, 'post_tokens'),
          offset,
        },
      ]
    }
    case 'model_fallback':
      return [
        {
          type: 'model_fallback',
          from: stringAt(message, 'original_model'),
          to: stringAt(message, 'fallback_model'),
          message: stringAt(message, 'content'),
          offset,
        },
      ]
    case 'task_started':
      return [
        {
          type: 'task_started',
          taskId: stringAt(message, 'task_id'),
          toolUseId: stringOrNull(message, 'tool_use_id'),
          description: stringAt(message, 'description'),
          taskType: stringAt(message, 'task_type'),
          isBackground: message['is_backgrounded'] === true,
          offset,
        },
      ]
    case 'task_progress':
      return [
        {
          type: 'task_progress',
          taskId: stringAt(message, 'task_id'),
          description: stringAt(message, 'description'),
          offset,
        },
      ]
    case 'task_notification':
      return [
        {
          type: 'task_finished',
          taskId: stringAt(message, 'task_id'),
          status: stringAt(message, 'status'),
          summary: stringAt(message, 'summary'),
          offset,
        },
      ]
    case 'task_updated':
    case 'background_tasks_changed':
    case 'thinking_tokens':
      return []
    default:
      return [{ type: 'unknown', message, offset }]
  }
}

function toInit(message: Loose, offset: number): AgentEvent {
  return {
    type: 'init',
    sessionId: stringAt(message, 'session_id'),
    model: stringAt(message, 'model'),
    permissionMode: stringAt(message, 'permissionMode'),
    claudeVersion: stringAt(message, 'claude_code_version'),
    cwd: stringAt(message, 'cwd'),
    tools: stringsAt(message, 'tools'),
    mcpServers: objectsAt(message, 'mcp_servers').map((one) => ({
      name: stringAt(one, 'name'),
      status: stringAt(one, 'status'),
    })),
    offset,
  }
}

function toState(message: Loose, offset: number): AgentEvent[] {
  const state = message['state']
  switch (state) {
    case 'running':
    case 'requires_action':
    case 'idle':
      return [{ type: 'state', state, offset }]
    default:
      return [{ type: 'unknown', message, offset }]
  }
}

function toStatus(message: Loose, offset: number): AgentEvent[] {
  const events: AgentEvent[] = []
  if (message['status'] === 'compacting') events.push({ type: 'compacting', offset })
  const permissionMode = stringAt(message, 'permissionMode')
  if (permissionMode !== '') events.push({ type: 'mode_changed', permissionMode, offset })
  return events
}
