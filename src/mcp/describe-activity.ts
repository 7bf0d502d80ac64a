import type { SessionEvent } from '../events/session-event.ts'
import { toolTarget } from '../events/tool-target.ts'
import type { Run } from '../service/contract/run.ts'

const longest = 200

/** What a run is at, as an event tells it, in one line; null when it tells nothing of that. */
export function describeActivity(event: SessionEvent): string | null {
  switch (event.type) {
    case 'run_started':
      return event.attempt === 1 ? 'started' : `started, try ${event.attempt}`
    case 'run_waiting':
      return describeWait(event)
    case 'run_continued':
      return 'goes on'
    case 'run_progress':
      return oneLine(event.percent === null ? event.text : `${event.percent} %: ${event.text}`)
    case 'task_created':
      return oneLine(`made a task: ${event.title}`)
    case 'tool_started':
      return oneLine(`${event.toolName} ${toolTarget(event.input)}`)
    case 'text':
      return event.parentToolUseId === null ? oneLine(event.text) : null
    case 'attempt_ended':
      return `try ${event.attempt} ended: ${event.outcome}`
    case 'compacting':
      return 'compacting the conversation'
    case 'api_retry':
      return `the API answers ${event.status ?? 'nothing'} (${event.error}): try ${event.attempt} of ${event.maxRetries}`
    case 'api_error':
    case 'budget_warning':
    case 'claude_session_changed':
    case 'compacted':
    case 'init':
    case 'mode_changed':
    case 'model_fallback':
    case 'notice':
    case 'permission_decided':
    case 'prompt_state':
    case 'rate_limit':
    case 'reply_tokens':
    case 'request_closed':
    case 'request_opened':
    case 'result':
    case 'run_cancelling':
    case 'run_ended':
    case 'run_queued':
    case 'session_archived':
    case 'session_changed':
    case 'session_created':
    case 'session_quarantined':
    case 'session_released':
    case 'state':
    case 'task_finished':
    case 'task_progress':
    case 'task_started':
    case 'text_delta':
    case 'thinking':
    case 'thinking_delta':
    case 'tool_denied':
    case 'tool_finished':
    case 'tool_input_delta':
    case 'unknown':
    case 'unparsed':
      // Nothing that whoever waits needs to hear.
      return null
    default:
      // A newer server has more to say.
      event satisfies never
      return null
  }
}

/** The same of a run as it stands. */
export function describeRun({ state, waiting, ahead, held }: Run): string {
  if (waiting !== null) return describeWait(waiting)
  if (state !== 'queued') return state
  if (held !== null) return oneLine(`queued: ${held.reason}`)
  return ahead === null || ahead === 0 ? 'queued' : `queued, ${ahead} ahead`
}

function describeWait({ on, until, reason }: NonNullable<Run['waiting']>): string {
  const forWhom = { human: ' for a human', children: ' for its children', time: '' }[on]
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`
  return oneLine(`waiting${forWhom}${end}: ${reason}`)
}

function oneLine(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ')
  return line.length <= longest ? line : `${line.slice(0, longest)}…`
}
