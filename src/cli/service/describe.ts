import type { Prompt } from '../../agent/index.ts'
import type { Held, Run, Session, StoredRequest, Waiting } from '../../client/index.ts'
import { clock } from '../clock.ts'
import { formatDuration } from '../duration.ts'
import { toolTarget } from '../../events/tool-target.ts'

/** `queued, 2 ahead`, `waiting for a human`, `failed: rate_limited`: the state with what explains it. */
export function describeState(run: Run): string {
  const { state, outcome, ahead, waiting, held, cancelRequestedAt, readyAt, progress } = run
  switch (state) {
    case 'queued':
      if (held !== null) return describeHeld(held)
      if (ahead !== null && ahead > 0) return `queued, ${ahead} ahead`
      return readyAt > Date.now() ? `queued until ${clock(readyAt)}` : 'queued'
    case 'running':
      if (cancelRequestedAt !== null) return 'running, cancelling'
      return progress?.percent == null ? 'running' : `running, ${progress.percent}%`
    case 'waiting':
      return waiting === null ? 'waiting' : describeWaiting(waiting)
    case 'failed':
      return outcome === null ? 'failed' : `failed: ${outcome}`
    case 'succeeded':
    case 'cancelled':
      return state
    default:
      // A newer server may have more.
      return state satisfies never
  }
}

function describeHeld({ by, until }: Held): string {
  const end = until === null ? '' : ` until ${clock(until)}`
  switch (by) {
    case 'dependencies':
      return 'queued, depends on others'
    case 'quarantine':
      return 'queued, in quarantine'
    case 'account':
    case 'budget':
      return `queued, held by its ${by}${end}`
    case 'human':
    case 'children':
    case 'time':
      return `queued${end}`
    default:
      return by satisfies never
  }
}

export function describeWaiting({ on, until }: Waiting): string {
  const end = until === null ? '' : ` until ${clock(until)}`
  switch (on) {
    case 'human':
      return `waiting for a human${end}`
    case 'children':
      return `waiting for its children${end}`
    case 'time':
      return `waiting${end}`
    default:
      return on satisfies never
  }
}

/** What the run's agent has reported last, and when. */
export function describeProgress({ progress }: Run): string | null {
  if (progress === null) return null
  const { text, percent, at } = progress
  return `${percent === null ? '' : `${percent}% · `}${text} (${clock(at)})`
}

/** What the session does at present. */
export function describeActivity({ state, currentRun, queuedRuns, held }: Session): string {
  if (state === 'archived') return 'archived'
  if (held?.by === 'quarantine') return 'in quarantine'
  const queued = queuedRuns === 0 ? '' : `, ${queuedRuns} queued`
  if (currentRun === null) return queuedRuns === 0 ? 'idle' : `${queuedRuns} queued`
  const { waiting } = currentRun
  return `${waiting === null ? currentRun.state : describeWaiting(waiting)}${queued}`
}

/** The words of a prompt, and how many files go with them. */
export function describePrompt(prompt: Prompt): string {
  if (typeof prompt === 'string') return prompt
  const texts = prompt.flatMap((block) => (block.type === 'text' ? [block.text] : []))
  const files = prompt.length - texts.length
  return [...texts, ...(files === 0 ? [] : [`[${files} file${files > 1 ? 's' : ''}]`])].join(' ')
}

/** What is asked, in one line. */
export function describeRequest({ request }: Pick<StoredRequest, 'request'>): string {
  switch (request.kind) {
    case 'permission':
      return `${request.toolName} ${toolTarget(request.input)}`.trim()
    case 'question':
      return request.questions.map(({ question }) => question).join(' ')
    case 'plan':
      return request.plan
    case 'elicitation':
      return `${request.serverName}: ${request.message}`
    case 'review':
      return request.outcome === 'ok' ? request.text : `failed: ${request.outcome}`
    default:
      return request satisfies never
  }
}

/** How long ago, as short as it can be. */
export function ageOf(at: number, now: number = Date.now()): string {
  return formatDuration(Math.max(0, now - at))
}

/** How long a run has taken, or takes already. */
export function durationOf({ startedAt, endedAt }: Run, now: number = Date.now()): string {
  return startedAt === null ? '-' : formatDuration(Math.max(0, (endedAt ?? now) - startedAt))
}
