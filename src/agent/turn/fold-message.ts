import { toRateLimit } from '../messages/to-events.ts'
import {
  numberOrNull,
  objectAt,
  objectsAt,
  stringAt,
  stringOrNull,
  type Loose,
} from '../messages/loose.ts'
import { type ResultFigures, toResultFigures } from '../messages/result-figures.ts'
import type { RateLimit, TurnEvidence } from './turn-evidence.ts'

/** Takes one message of the CLI into account. Live and replayed messages go the same way. */
export function foldMessage(turn: TurnEvidence, message: Loose): void {
  if (turn.isOver) return
  turn.isHeard = true
  switch (message['type']) {
    case 'assistant':
      turn.hasRun = true
      turn.isAnswered = false
      foldAssistant(turn, message)
      break
    case 'user':
      if (message['uuid'] === turn.promptId) turn.isReceived = true
      noteTakenUp(turn, stringAt(message, 'uuid'))
      foldToolResults(turn, message)
      break
    case 'system':
      foldSystem(turn, message)
      break
    case 'result':
      turn.hasRun = true
      turn.isAnswered = true
      noteResult(turn, toResultFigures(message))
      turn.runningTools.clear()
      break
    case 'command_lifecycle':
      if (message['command_uuid'] === turn.promptId) turn.isReceived = true
      // `queued` says only that it has been read.
      if (message['state'] !== 'queued') noteTakenUp(turn, stringAt(message, 'command_uuid'))
      break
    case 'rate_limit_event':
      turn.rateLimit = toLimit(objectAt(message, 'rate_limit_info'))
      break
    default:
  }
}

function toLimit(info: Loose): RateLimit {
  const { status, resetsAt, limitType } = toRateLimit(info, 0)
  return { status, resetsAt, limitType }
}

function noteTakenUp(turn: TurnEvidence, uuid: string): void {
  if (turn.steered.get(uuid) === 'sent') turn.steered.set(uuid, 'taken')
}

function noteResult(turn: TurnEvidence, result: ResultFigures): void {
  const { results, steered } = turn
  results.push(result)
  // It has them all.
  turn.usageAtEnd = null
  if (result.isError) return
  for (const [uuid, state] of steered) {
    if (state === 'taken') steered.set(uuid, 'answered')
  }
}

function foldSystem(turn: TurnEvidence, message: Loose): void {
  switch (message['subtype']) {
    case 'session_state_changed':
      foldState(turn, stringAt(message, 'state'))
      break
    case 'task_started':
      turn.openTasks.add(stringAt(message, 'task_id'))
      break
    case 'task_updated': {
      const isEnd = /^(completed|failed|stopped|killed|cancelled)$/.test(
        stringAt(objectAt(message, 'patch'), 'status'),
      )
      if (isEnd) turn.openTasks.delete(stringAt(message, 'task_id'))
      break
    }
    case 'task_notification':
      turn.openTasks.delete(stringAt(message, 'task_id'))
      break
    case 'background_tasks_changed':
      if (objectsAt(message, 'tasks').length === 0) turn.openTasks.clear()
      break
    case 'api_retry':
      turn.retry = {
        attempt: numberOrNull(message, 'attempt') ?? 0,
        kind: stringAt(message, 'error'),
        status: numberOrNull(message, 'error_status'),
        message: stringAt(message, 'error'),
      }
      break
    default:
  }
}

/**
 * `idle` is the last line of a turn, after its result; while background tasks are open, another result
 * and another `idle` follow. After nothing but an echo, `idle` says that the CLI has taken the prompt's
 * uuid for one that it knows.
 */
function foldState(turn: TurnEvidence, state: string): void {
  turn.isWaitingForHuman = state === 'requires_action'
  turn.isIdle = state === 'idle'
  if (state === 'running') {
    turn.hasRun = true
    turn.isAnswered = false
  }
  if (!turn.isIdle) return
  const isOurs = turn.isReceived || !turn.mayFollowAnother
  if (turn.results.length > 0)
    turn.isOver = isOurs && turn.openTasks.size === 0 && !awaitsMore(turn)
  else if (turn.isReceived && !turn.hasRun) {
    turn.isOver = true
    turn.isDuplicate = true
  }
}

/** What was sent while a reply was under way is taken up after it, and has a result of its own. */
function awaitsMore({ steered }: TurnEvidence): boolean {
  return [...steered.values()].includes('sent')
}

function foldAssistant(turn: TurnEvidence, message: Loose): void {
  const inner = objectAt(message, 'message')
  const isMain = stringOrNull(message, 'parent_tool_use_id') === null
  const kind = stringAt(message, 'error')
  if (kind !== '') {
    const params = objectAt(objectAt(message, 'api_error_params'), 'rate_limit_info')
    if (Object.keys(params).length > 0) {
      turn.rateLimit = toLimit(params)
    }
    turn.apiError = {
      kind,
      // Older CLIs give no status here, but did so with each retry.
      status: numberOrNull(message, 'api_error_status') ?? turn.retry?.status ?? null,
      message: textOf(inner),
    }
    return
  }
  if (isMain) {
    turn.retry = null
    turn.lastMessageUuid = stringOrNull(message, 'uuid')
  }
  let text = ''
  for (const block of objectsAt(inner, 'content')) {
    if (block['type'] === 'text') text += stringAt(block, 'text')
    else if (block['type'] === 'tool_use') {
      turn.runningTools.set(stringAt(block, 'id'), statedLimit(block))
    }
  }
  if (!isMain || text === '') return
  const id = stringAt(inner, 'id')
  turn.text = id === turn.lastMessageId && id !== '' ? turn.text + text : text
  turn.lastMessageId = id
}

/** The Bash tool's `timeout`, in milliseconds; the limits of others are not in their calls. */
function statedLimit(block: Loose): number | null {
  if (block['name'] !== 'Bash') return null
  return numberOrNull(objectAt(block, 'input'), 'timeout')
}

function foldToolResults(turn: TurnEvidence, message: Loose): void {
  for (const block of objectsAt(objectAt(message, 'message'), 'content')) {
    if (block['type'] === 'tool_result') turn.runningTools.delete(stringAt(block, 'tool_use_id'))
  }
}

function textOf(inner: Loose): string {
  return objectsAt(inner, 'content')
    .filter((block) => block['type'] === 'text')
    .map((block) => stringAt(block, 'text'))
    .join('')
}
