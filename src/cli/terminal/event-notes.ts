import type { AgentEvent } from '../../events/agent-event.ts'
import { clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { formatCount } from '../figures.ts'

/** What a person should hear of an event beside texts and tools, in one line; `null` when nothing. */
export function eventNote(event: AgentEvent): string | null {
  switch (event.type) {
    case 'api_retry':
      return `the API answers ${event.status ?? 'nothing'} (${event.error}): try ${event.attempt} of ${event.maxRetries} in ${formatDuration(event.delayMs)}`
    case 'rate_limit':
      return rateLimitNote(event)
    case 'model_fallback':
      return event.message || `model ${event.from} is replaced by ${event.to}`
    case 'compacting':
      return 'compacting the conversation'
    case 'compacted':
      return `compacted the conversation: ${formatCount(event.preTokens)} tokens${event.postTokens === null ? '' : ` to ${formatCount(event.postTokens)}`}`
    case 'session_changed':
      return `a new conversation begins: ${event.sessionId}`
    case 'mode_changed':
      return `permission mode: ${event.permissionMode}`
    case 'task_finished':
      return `background task ${event.status}: ${event.summary}`
    case 'unparsed':
      return `claude wrote a line that is not JSON (${event.bytes} bytes): ${event.text}`
    case 'notice':
      return noticeNote(event)
    case 'api_error':
    case 'reply_tokens':
    case 'init':
    case 'prompt_state':
    case 'request_closed':
    case 'request_opened':
    case 'result':
    case 'state':
    case 'task_progress':
    case 'task_started':
    case 'text':
    case 'text_delta':
    case 'thinking':
    case 'thinking_delta':
    case 'tool_denied':
    case 'tool_finished':
    case 'tool_input_delta':
    case 'tool_started':
    case 'unknown':
      // Shown otherwise, or of use to programs only.
      return null
    default:
      // A newer server has more to say.
      event satisfies never
      return null
  }
}

function rateLimitNote(event: Extract<AgentEvent, { type: 'rate_limit' }>): string | null {
  if (event.status === 'allowed') return null
  const used = event.utilization === null ? '' : ` ${Math.round(event.utilization * 100)}% used,`
  const limit = event.limitType?.replaceAll('_', ' ') ?? 'usage'
  const until = event.resetsAt === null ? '' : `, it resets ${clock(event.resetsAt)}`
  return `${limit} limit:${used} ${event.status.replaceAll('_', ' ')}${until}`
}

function noticeNote({ code, message }: Extract<AgentEvent, { type: 'notice' }>): string | null {
  switch (code) {
    case 'output_limit':
    case 'stderr_cut':
    case 'limbo':
    case 'silent_but_busy':
      return message
    case 'interrupting':
    case 'stopping':
      // What a person has asked for needs no telling.
      return null
    default:
      return code satisfies never
  }
}
