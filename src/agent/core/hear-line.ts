import { abortCurrentTurn, abortTurn } from './abort-turn.ts'
import { answeredRequests, doubtfulLine } from '../turn/adopt-turn.ts'
import { changeRecord, hasExited, writeLine, type AgentCore } from './agent-core.ts'
import { isSurelyStreamEvent, parseCliLine } from '../log/cli-message.ts'
import { noCost, toBaseline } from '../turn/cost.ts'
import { finishAgent } from './end-agent.ts'
import { messageEvents } from '../log/line-events.ts'
import type { Line } from '../log/line-reader.ts'
import { readDelta } from '../log/read-delta.ts'
import { stringAt, type Loose } from '../messages/loose.ts'
import { shortenStderr } from './shorten-stderr.ts'
import { askUsageBeforeTools, noteUsage } from './usage.ts'
import type { TurnRun } from '../turn/turn-run.ts'

/** Takes one line of the agent's output: tells the listeners, then acts on it. */
export function hearLine(core: AgentCore, line: Line): void {
  const { hub, parts } = core
  const { isHeard } = hub
  if (line.end > parts.limits.maxLogBytes) abortCurrentTurn(core, 'output_limit')
  // Deltas say nothing about the turn, and are most of the lines.
  const delta = isHeard ? readDelta(line) : null
  if (delta !== null || (!isHeard && isSurelyStreamEvent(line))) {
    hub.publishLine(line, delta === null ? [] : [delta])
    return
  }
  const parsed = parseCliLine(line)
  hub.publishLine(line, isHeard ? messageEvents(parsed, line) : [])
  if (parsed.kind === 'object') hearMessage(core, parsed.message, line)
}

function hearMessage(core: AgentCore, message: Loose, line: Line): void {
  const type = stringAt(message, 'type')
  if (type.startsWith('control_')) {
    if (type === 'control_response') noteUsage(core, message)
    if (core.replayed === null) core.wire.receive(message)
    else noteRequest(core.replayed, message)
    return
  }
  if (type === 'conversation_reset') core.baseline = noCost
  if (type === 'result' || message['subtype'] === 'init') {
    noteSession(core, stringAt(message, 'session_id'))
  }
  if (core.replayed === null) askUsageBeforeTools(core, message)
  core.early?.push(message)
  const run = core.turns.current
  const isOver = core.turns.fold(message)
  if (run === null) return
  run.to = line.end
  const result = type === 'result' ? run.evidence.results.at(-1) : undefined
  if (result !== undefined) core.baseline = toBaseline(result)
  if (isOver) core.turns.finish()
  // The CLI retries a refused key for three minutes; the second refusal is answer enough.
  else if (isAuthRefused(run)) abortTurn(core, run, 'auth')
}

/** Reads again what a former supervisor has read, and takes up what it left open. */
export function replayLog(core: AgentCore): void {
  const { journal, isReadOnly } = core.parts
  const replayed = new Map<string, Loose>()
  core.replayed = replayed
  core.follower.drain()
  core.replayed = null
  if (isReadOnly || !core.wasSeenAlive) return
  const doubtful = doubtfulLine(journal, core.turns.last)
  if (doubtful?.isTorn === true) return abortCurrentTurn(core, 'not_writable')
  // Should it fail, the agent is ending, and its turn with it.
  if (doubtful !== null) {
    void writeLine(core, doubtful.line, doubtful.note).catch(() => undefined)
  }
  const answered = answeredRequests(journal)
  for (const [id, message] of replayed) if (!answered.has(id)) core.wire.receive(message)
}

/** Another file in the agent's folder has changed. */
export function hearFile(core: AgentCore, name: string): void {
  if (name === 'exit' && hasExited(core)) void finishAgent(core)
  // When it cannot be cut, it stays as it is.
  if (name === 'err.log') void shortenStderr(core).catch(() => undefined)
}

function isAuthRefused({ evidence }: TurnRun): boolean {
  return evidence.retry?.status === 401 && evidence.retry.attempt >= 2
}

function noteRequest(replayed: Map<string, Loose>, message: Loose): void {
  const id = stringAt(message, 'request_id')
  if (message['type'] === 'control_request') replayed.set(id, message)
  if (message['type'] === 'control_cancel_request') replayed.delete(id)
}

/** `/clear` gives a new id to a conversation that goes on in the same process. */
function noteSession(core: AgentCore, sessionId: string): void {
  if (sessionId === '' || sessionId === core.record.sessionId) return
  changeRecord(core, { sessionId })
}
