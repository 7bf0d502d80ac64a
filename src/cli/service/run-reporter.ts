import type { Run } from '../../client/index.ts'
import type { AgentEvent } from '../../events/agent-event.ts'
import type { ServiceEvent, SessionEvent } from '../../events/session-event.ts'
import { formatCost } from '../figures.ts'
import type { Io } from '../io.ts'
import { createReporter } from '../run/reporter.ts'
import type { OutputFormat } from '../run/run-flags.ts'
import { safeLine } from '../terminal/safe-text.ts'
import type { Screen } from '../terminal/screen.ts'
import { describeWaiting } from './describe.ts'
import { toTurnResult } from './to-turn-result.ts'

/** Tells of one run of the daemon as `hostler run` tells of its own. */
export type RunReporter = {
  begin(doing: string): void
  event(event: SessionEvent): void
  end(run: Run, howToGoOn: string | null): void
}

export function createRunReporter(
  format: OutputFormat,
  options: { io: Io; screen: Screen; isVerbose: boolean },
): RunReporter {
  const { io, screen } = options
  // While an event is shown, the time at which it happened: that may be long ago.
  let at: number | null = null
  let waiting: string | null = null
  const reporter = createReporter(format, { ...options, now: () => at ?? Date.now() })

  function showService(event: ServicePart): void {
    if (format === 'stream-json') io.stdout.write(`${JSON.stringify(event)}\n`)
    if (event.type === 'run_started') reporter.begin('waiting for the model')
    if (event.type === 'run_waiting') reporter.nowDoing(describeWaiting(event))
    if (event.type === 'run_continued') reporter.nowDoing('going on')
    const note = serviceNote(event)
    // A run that is parked says once more for what it waits.
    if (event.type === 'run_waiting' && note === waiting) return
    if (event.type === 'run_waiting' || event.type === 'run_started') waiting = note
    if (note !== null) screen.note(screen.paint.dim(`· ${safeLine(note)}`))
  }

  return {
    begin: (doing) => reporter.begin(doing),
    event(event) {
      at = event.at
      if (isOfService(event)) showService(event)
      else if (format === 'stream-json') io.stdout.write(`${JSON.stringify(event)}\n`)
      else reporter.event(toAgentEvent(event))
      at = null
    },
    end: (run, howToGoOn) => reporter.end(toTurnResult(run), howToGoOn),
  }
}

/** As the agent itself would have told it. */
function toAgentEvent(event: Exclude<SessionEvent, ServicePart>): AgentEvent {
  if (event.type === 'init') return { ...event, sessionId: event.claudeSessionId }
  if (event.type === 'claude_session_changed') {
    return { type: 'session_changed', offset: event.offset, sessionId: event.claudeSessionId }
  }
  return event
}

type ServicePart = Extract<SessionEvent, ServiceEvent>

const serviceTypes: Readonly<Record<ServiceEvent['type'], true>> = {
  session_created: true,
  session_changed: true,
  session_archived: true,
  run_queued: true,
  run_started: true,
  run_waiting: true,
  run_continued: true,
  attempt_ended: true,
  run_progress: true,
  task_created: true,
  permission_decided: true,
  budget_warning: true,
  session_quarantined: true,
  session_released: true,
  run_cancelling: true,
  run_ended: true,
}

function isOfService(event: SessionEvent): event is ServicePart {
  return Object.hasOwn(serviceTypes, event.type)
}

/** What a person should hear of it; the end is told with the run's figures. */
function serviceNote(event: ServicePart): string | null {
  switch (event.type) {
    case 'run_queued':
      return event.ahead === 0 ? null : `queued behind ${event.ahead} of its session`
    case 'run_started':
      return event.attempt === 1 ? null : `attempt ${event.attempt}`
    case 'run_waiting':
      return `${describeWaiting(event)}: ${event.reason}`
    case 'run_cancelling':
      return `cancelled by ${event.by}`
    case 'run_progress':
      return event.percent === null ? event.text : `${event.percent}%: ${event.text}`
    case 'task_created':
      return `task ${event.taskRunId}: ${event.title}`
    case 'permission_decided':
      return event.decision === 'allow'
        ? null
        : `${event.toolName} was denied by ${describeDecider(event.by)}`
    case 'budget_warning':
      return `limit ${event.limit}: ${formatCost(event.spentUsd)} of ${formatCost(event.limitUsd)} spent`
    case 'session_quarantined':
      return `the session is in quarantine: ${event.reason}`
    case 'session_released':
      return `the session was let go on by ${event.by}`
    case 'attempt_ended':
      if (event.outcome === 'parked') return 'parked: others have its slot'
      return event.error === null || event.outcome === 'cancelled'
        ? null
        : `attempt ${event.attempt}: ${event.outcome}, ${event.error.message}`
    case 'session_created':
    case 'session_changed':
    case 'session_archived':
    case 'run_continued':
    case 'run_ended':
      return null
    default:
      return event satisfies never
  }
}

function describeDecider(by: 'profile' | 'session' | 'bypass'): string {
  return by === 'profile' ? 'a rule of the profile' : `a rule of the ${by}`
}
