import type { AgentEvent } from '../../events/agent-event.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import { abortTurn } from './abort-turn.ts'
import { notify, type AgentCore } from './agent-core.ts'
import { stopAgentCore } from './end-agent.ts'
import { readCpuMs } from '../process/cpu-time.ts'
import { isDiskFull } from '../process/disk-space.ts'
import type { EventStream } from '../log/event-stream.ts'
import { readStderrTail } from '../log/stderr-log.ts'
import { toTurnResult } from '../turn/to-turn-result.ts'
import { foldMessage } from '../turn/fold-message.ts'
import type { RateLimit } from '../turn/turn-evidence.ts'
import { launchCost, spentWith } from './usage.ts'
import type { TurnRun } from '../turn/turn-run.ts'
import { startTurnTimers } from '../turn/turn-timers.ts'

/** Gives the turn's prompt to the CLI, noting from where in the log its answer begins. */
export async function sendTurn(core: AgentCore, run: TurnRun): Promise<void> {
  run.sentAt = Date.now()
  run.from = core.early === null ? core.follower.offset : 0
  run.baseline = run.from === 0 ? launchCost(core.record) : core.baseline
  run.spentUsd = core.spentUsd
  core.usageAskedAt = -Infinity
  if (!hasPassed(core.rateLimit, run.sentAt)) run.evidence.rateLimit = core.rateLimit
  if (core.state === 'idle') core.state = 'busy'
  run.begun.resolve()
  const { early } = core
  if (early !== null) {
    core.early = null
    run.evidence.mayFollowAnother = true
    for (const message of early) foldMessage(run.evidence, message)
  }
  const { baseline, spentUsd, from, evidence } = run
  const { rateLimit } = evidence
  await core.input?.write(run.userMessage, { baseline, spentUsd, from, rateLimit })
  if (run.evidence.isOver && run.phase === 'running') core.turns.finish()
}

function hasPassed(limit: RateLimit | null, now: number): boolean {
  return limit?.resetsAt != null && limit.resetsAt <= now
}

/** What came of a turn that is over. */
export function resultOfTurn(core: AgentCore, run: TurnRun): TurnResult {
  const { paths, record } = core.parts
  const isOpen = run.evidence.results.length === 0
  return toTurnResult(run, {
    agentId: record.id,
    sessionId: core.record.sessionId,
    exit: core.exit,
    isLost: core.state === 'ended' && core.exit === null,
    stderrTail: isOpen ? readStderrTail(paths) : '',
    isDiskFull: isOpen && isDiskFull(paths.dir),
    endedAt: core.replayed === null ? Date.now() : core.follower.writtenAt(),
  })
}

/** The turn's events from its beginning, until its end. */
export function iterateTurn(core: AgentCore, run: TurnRun): AsyncIterator<AgentEvent> {
  return run.phase === 'queued' ? iterateLater(core, run) : subscribe(core, run)
}

async function* iterateLater(core: AgentCore, run: TurnRun): AsyncGenerator<AgentEvent, void> {
  await run.begun.promise
  if (run.sentAt !== 0) yield* subscribe(core, run)
}

function subscribe(core: AgentCore, run: TurnRun): EventStream {
  const isOver = run.phase === 'over'
  const to = isOver ? run.to : core.follower.offset
  const stream = core.hub.subscribe({ from: run.from, to, isOver })
  if (!isOver) run.streams.add(stream)
  return stream
}

/** Lets go of what a turn that is over holds. */
export function releaseTurn(core: AgentCore, run: TurnRun): void {
  if (core.state === 'busy' && core.turns.current === null) core.state = 'idle'
  run.begun.resolve()
  core.rateLimit = run.evidence.rateLimit ?? core.rateLimit
  if (run.sentAt !== 0) {
    core.spentUsd = spentWith(run)
    core.wire.settleOpen()
  }
  for (const stream of run.streams) stream.end()
  run.streams.clear()
}

/** Watches the turn's limits. Returns what ends the watch. */
export function watchTurn(core: AgentCore, run: TurnRun): () => void {
  const { limits, isReadOnly, paths, leader } = core.parts
  if (isReadOnly) return () => undefined
  return startTurnTimers({
    limits,
    run,
    isCaughtUp: () => core.isCaughtUp,
    isStarting: () => core.state === 'starting',
    isAwaiting: () =>
      run.evidence.isWaitingForHuman ||
      core.wire.humans.open.length > 0 ||
      core.wire.isAwaiting ||
      core.isHumanAwaited,
    isCalling: () => core.wire.isCalled,
    isDiskFull: () => isDiskFull(paths.dir),
    lastActivityAt: () => core.follower.lastActivityAt,
    writtenAt: () => core.follower.writtenAt(),
    readCpuMs: () => readCpuMs(core.record.id, leader),
    now: Date.now,
    onExpired: (cause) => abortTurn(core, run, cause),
    onBusy: () => {
      notify(core, 'silent_but_busy', 'the agent is silent, but uses its processor: waiting on')
    },
    onLimbo: () => leaveInLimbo(core, run),
  })
}

/**
 * The turn stands by what there is of it. An agent that has given a result and is not idle may be stuck,
 * or still at work for it: it is not given another prompt.
 */
function leaveInLimbo(core: AgentCore, run: TurnRun): void {
  if (run.evidence.isIdle) return core.turns.finish()
  notify(core, 'limbo', 'the agent gave a result and did not become idle: ending it')
  core.turns.cancelQueued('not_sent')
  core.turns.finish()
  void stopAgentCore(core)
}
