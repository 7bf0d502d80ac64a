import type { ProcessExit } from '../../events/turn-result.ts'
import { hostlerError } from '../../errors.ts'
import { assertWritable, endedError, notify, type AgentCore } from './agent-core.ts'
import type { StopOptions, StopReport } from './agent-parts.ts'
import {
  endProcesses,
  settlesWithin,
  sweepProcesses,
  waitForEnd,
} from '../process/end-processes.ts'
import { endTurns } from '../turn/turn-queue.ts'
import { readExit } from '../process/process-exit.ts'
import { lastLine } from '../../util/last-line.ts'
import { readStderrTail } from '../log/stderr-log.ts'
import { shortenStderr } from './shorten-stderr.ts'
import { noteUsageAtEnd } from './usage.ts'

/** For leaving in good order before signals are sent. */
const endSessionMs = 1500

/**
 * Ends the agent and everything that it started. Calls while it is being stopped share one stop.
 * @throws agent_supervised, agent_ended after `detach`
 */
export async function stopAgentCore(
  core: AgentCore,
  options: StopOptions = {},
): Promise<StopReport> {
  if (core.parts.isReadOnly || core.isDetached) assertWritable(core)
  core.stopping ??= stop(core, options)
  return await core.stopping
}

async function stop(core: AgentCore, { turn }: StopOptions): Promise<StopReport> {
  const startedAt = performance.now()
  const wasOver = core.finishing !== null
  const isStarting = core.state === 'starting'
  let isClosed = false
  if (!wasOver) {
    // Whoever leaves politely is told by the CLI to have refused what is open. SIGTERM makes it save its
    // transcript, which reaches the disk late, and say nothing.
    const parks = turn === 'park' && core.turns.current !== null
    notify(core, 'stopping', parks ? 'parking the agent' : 'stopping the agent')
    endTurns(core.turns, parks ? 'parked' : 'cancelled')
    if (parks) await noteUsageAtEnd(core)
    else if (!isStarting) isClosed = await leave(core)
  }
  const leader = isClosed || wasOver ? null : core.parts.leader
  const report = await endProcesses(core.record.id, leader, { isStarting })
  core.wasKilled = report.how === 'killed'
  await finishAgent(core)
  // It may have ended while it was being asked to.
  const how = isClosed || (!wasOver && report.how === 'was_over') ? 'closed' : report.how
  const swept = [...core.swept, ...report.swept]
  return { ...report, how, swept, durationMs: Math.round(performance.now() - startedAt) }
}

/** Asks the CLI to end by itself: it puts its tools and its transcript in order. */
async function leave(core: AgentCore): Promise<boolean> {
  const { control } = core.wire
  const run = core.turns.current
  if (run !== null) {
    control.request({ subtype: 'interrupt' }, { timeoutMs: endSessionMs }).catch(() => undefined)
    await settlesWithin(run.settled.promise, endSessionMs)
    if (run.phase === 'running') return false
  }
  control.request({ subtype: 'end_session' }, { timeoutMs: endSessionMs }).catch(() => undefined)
  return await settlesWithin(core.ended.promise, endSessionMs)
}

/** The process has gone: reads the rest, settles what is open, ends what it left, lets go of all. */
export function finishAgent(core: AgentCore): Promise<void> {
  core.finishing ??= finish(core)
  return core.finishing
}

async function finish(core: AgentCore): Promise<void> {
  const { paths, leader, launcherExit, isReadOnly } = core.parts
  if (core.state === 'ended') return
  core.follower.finish()
  const killed: ProcessExit | null = core.wasKilled ? { code: null, signal: 'SIGKILL' } : null
  core.exit = readExit(paths) ?? launcherExit() ?? killed
  core.state = 'ended'
  core.ready.reject(hostlerError('spawn_failed', startProblem(lastLine(readStderrTail(paths)))))
  core.turns.settleAll()
  if (!isReadOnly) {
    await waitForEnd(leader)
    const group = core.wasSeenAlive ? leader : null
    const { swept } = await sweepProcesses((id) => id === core.record.id, group)
    core.swept = swept
    await core.trimming?.catch(() => undefined)
    await shortenStderr(core).catch(() => undefined)
  }
  await closeAgent(core, 'it has exited')
  core.ended.resolve(core.exit ?? { code: null, signal: null })
}

/** Gives up everything that was opened, in reverse order. The agent itself may live on. */
export async function closeAgent(core: AgentCore, how: string): Promise<void> {
  core.unwatch()
  core.hub.end()
  core.follower.close()
  await core.wire.close(endedError(core, how))
  core.input?.close()
  await core.trimming?.catch(() => undefined)
  await core.recordWrites
  await core.parts.release()
}

function startProblem(said: string): { problem: string; cure: string } {
  const problem = said === '' ? 'claude ended before it answered' : said
  return { problem, cure: 'try the same with claude -p' }
}
