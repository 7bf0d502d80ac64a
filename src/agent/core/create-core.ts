import { toError } from '../../util/to-error.ts'
import { abortCurrentTurn, abortTurn } from './abort-turn.ts'
import { adoptedTurn } from '../turn/adopt-turn.ts'
import { hasExited, writeLine, type AgentCore } from './agent-core.ts'
import type { AgentParts } from './agent-parts.ts'
import { createAgentWire } from '../talk/agent-wire.ts'
import { launchCost, noteLaunchUsage } from './usage.ts'
import { finishAgent, stopAgentCore } from './end-agent.ts'
import { createEventHub } from '../log/event-hub.ts'
import { watchProcess } from '../process/exit-watch.ts'
import { iterateTurn, releaseTurn, resultOfTurn, sendTurn, watchTurn } from './follow-turn.ts'
import { hearFile, hearLine, replayLog } from './hear-line.ts'
import { isAlive } from '../process/process-identity.ts'
import { openInput } from '../talk/input-writer.ts'
import { followLog } from '../log/log-follower.ts'
import { createTurnQueue } from '../turn/turn-queue.ts'

/** Opens an agent's files and connects everything that belongs to it. Nothing is read or written yet. */
export function createCore(parts: AgentParts): AgentCore {
  const { paths, record, limits, leader, isReadOnly, journal } = parts
  const wire = createAgentWire({
    ...parts,
    write: (line) => writeLine(core, line, awaitedNote(core)),
    onRequestClosed: (requestId, how) => {
      const { offset } = core.follower
      core.hub.publishOwn({ type: 'request_closed', requestId, how, offset })
    },
    onDeniedTurn: () => {
      if (core.turns.current !== null) core.turns.current.cause ??= 'denied'
    },
  })
  const turns = createTurnQueue({
    send: (run) => sendTurn(core, run),
    toResult: (run) => resultOfTurn(core, run),
    startTimers: (run) => watchTurn(core, run),
    abort: (run, cause) => abortTurn(core, run, cause),
    onSettled: (run) => releaseTurn(core, run),
  })
  const adopted = adoptedTurn(journal, record, (run) => iterateTurn(core, run))
  const core: AgentCore = {
    parts,
    wire,
    turns,
    hub: createEventHub({ path: paths.output, maxLineBytes: limits.maxLineBytes }),
    follower: followLog(paths, {
      from: adopted?.from ?? 0,
      maxLineBytes: limits.maxLineBytes,
      onLine: (line) => hearLine(core, line),
      onFile: (name) => hearFile(core, name),
    }),
    input: isReadOnly ? null : openInput(paths, { readOffset: () => core.follower.offset }),
    unwatch: watchProcess(leader, () => void finishAgent(core)),
    ready: Promise.withResolvers(),
    ended: Promise.withResolvers(),
    state: 'starting',
    record,
    recordWrites: Promise.resolve(),
    trimming: null,
    baseline: adopted?.baseline ?? launchCost(record),
    spentUsd: adopted?.spentUsd ?? 0,
    usageAskedAt: -Infinity,
    rateLimit: null,
    exit: null,
    isHumanAwaited: false,
    isCaughtUp: false,
    isDetached: false,
    wasSeenAlive: false,
    wasKilled: false,
    swept: [],
    stopping: null,
    finishing: null,
    early: parts.takesUpTurn ? [] : null,
    replayed: null,
  }
  if (adopted !== null) turns.adopt(adopted)
  // It may be ignored.
  core.ready.promise.catch(() => undefined)
  return core
}

/** For the supervisor that comes after this one. */
function awaitedNote({ turns }: AgentCore): { awaitedMs?: number } {
  const awaitedMs = turns.current?.awaitedMs ?? 0
  return awaitedMs === 0 ? {} : { awaitedMs }
}

/** Catches up with the log, and says `initialize` to an agent that has not heard it. */
export async function beginCore(core: AgentCore): Promise<void> {
  const { journal, initialize, limits, leader } = core.parts
  core.wasSeenAlive = !hasExited(core) && (await isAlive(leader))
  if (journal.length > 0) replayLog(core)
  core.isCaughtUp = true
  if (!core.wasSeenAlive) return await finishAgent(core)
  if (initialize === null) return becomeReady(core)
  await core.wire.connected
  core.wire.control.request(initialize, { timeoutMs: limits.startTimeoutMs }).then(
    () => becomeReady(core),
    (error: unknown) => failStart(core, toError(error)),
  )
  noteLaunchUsage(core)
}

function becomeReady(core: AgentCore): void {
  if (core.state !== 'starting') return
  core.state = core.turns.current === null ? 'idle' : 'busy'
  core.ready.resolve()
}

function failStart(core: AgentCore, error: Error): void {
  core.ready.reject(error)
  if (core.state !== 'starting') return
  if (core.turns.current === null) void stopAgentCore(core)
  else abortCurrentTurn(core, 'start_timeout')
}
