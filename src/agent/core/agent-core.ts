import type { NoticeCode } from '../../events/agent-event.ts'
import type { ProcessExit } from '../../events/turn-result.ts'
import { hostlerError } from '../../errors.ts'
import { writeAgentRecord, type AgentRecord } from '../launch/agent-folder.ts'
import type { AgentParts, AgentState, StopReport } from './agent-parts.ts'
import type { AgentWire } from '../talk/agent-wire.ts'
import type { CostBaseline } from '../turn/cost.ts'
import type { LeftProcess } from '../process/end-processes.ts'
import type { EventHub } from '../log/event-hub.ts'
import type { InputWriter } from '../talk/input-writer.ts'
import type { PromptNote } from '../talk/journal.ts'
import type { LogFollower } from '../log/log-follower.ts'
import type { Loose } from '../messages/loose.ts'
import { readExit } from '../process/process-exit.ts'
import type { RateLimit } from '../turn/turn-evidence.ts'
import type { TurnQueue } from '../turn/turn-queue.ts'

/** An agent's state and the things that it owns. Only the files of this folder change it. */
export type AgentCore = {
  readonly parts: AgentParts
  readonly hub: EventHub
  readonly wire: AgentWire
  readonly turns: TurnQueue
  readonly follower: LogFollower
  /** `null` for an agent that is only followed. */
  readonly input: InputWriter | null
  readonly unwatch: () => void
  readonly ready: PromiseWithResolvers<void>
  readonly ended: PromiseWithResolvers<ProcessExit>
  state: AgentState
  record: AgentRecord
  recordWrites: Promise<void>
  trimming: Promise<void> | null
  /** The cumulative figures after the last result. */
  baseline: CostBaseline
  /** What the turns of this process that are over have cost. */
  spentUsd: number
  /** When it was last asked in this turn what it has cost; `performance.now()`. */
  usageAskedAt: number
  /** What the newest turn that heard of a limit heard. */
  rateLimit: RateLimit | null
  exit: ProcessExit | null
  /** Its supervisor awaits a human for it, of whom the CLI knows nothing. */
  isHumanAwaited: boolean
  /** What was in the log when this supervisor came has been read. */
  isCaughtUp: boolean
  /** This supervisor has left it; it may live on, and be another's. */
  isDetached: boolean
  /** Its process lived when this supervisor came: the group with its leader's pid is no other's. */
  wasSeenAlive: boolean
  /** SIGKILL was needed. */
  wasKilled: boolean
  swept: LeftProcess[]
  stopping: Promise<StopReport> | null
  finishing: Promise<void> | null
  /**
   * What the CLI said before the first prompt, where it takes up an interrupted turn by itself: that
   * may be the answer to the prompt that is to come.
   */
  early: Loose[] | null
  /** While the log is replayed: what the CLI asked for, by id. */
  replayed: Map<string, Loose> | null
}

/** Tells the listeners something that is not in the log. */
export function notify(core: AgentCore, code: NoticeCode, message: string): void {
  core.hub.publishOwn({ type: 'notice', code, message, offset: core.follower.offset })
}

/** Writes a line that begins no turn. @throws agent_ended, agent_supervised */
export async function writeLine(
  core: AgentCore,
  line: Loose,
  note: PromptNote & { from?: number } = {},
): Promise<void> {
  assertWritable(core)
  await core.input?.write(line, note)
}

/** @throws agent_ended, agent_supervised */
export function assertWritable(core: AgentCore): void {
  const { isReadOnly, supervisorPid, record } = core.parts
  if (core.isDetached) throw endedError(core, 'this supervisor has left it')
  if (core.state === 'ended') throw endedError(core, 'it has exited')
  if (isReadOnly) throw hostlerError('agent_supervised', { id: record.id, pid: supervisorPid })
}

/** Notes something in the agent's record, now and on disk. */
export function changeRecord(core: AgentCore, change: Partial<AgentRecord>): void {
  const record = { ...core.record, ...change }
  core.record = record
  const { isReadOnly, paths } = core.parts
  if (isReadOnly) return
  core.recordWrites = core.recordWrites
    .then(() => writeAgentRecord(paths, record))
    // The log tells it too; a full disk is noticed elsewhere.
    .catch(() => undefined)
}

export function endedError(core: AgentCore, how: string): Error {
  const { id, sessionId } = core.record
  return hostlerError('agent_ended', { id, how, sessionId: sessionId ?? 'none' })
}

export function hasExited(core: AgentCore): boolean {
  return readExit(core.parts.paths) !== null
}
