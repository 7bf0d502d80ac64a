import type { ProcessExit } from '../../events/turn-result.ts'
import type { EndReport } from '../process/end-processes.ts'
import type { AgentPaths, AgentRecord } from '../launch/agent-folder.ts'
import type { Answerer } from '../talk/human-requests.ts'
import type { JournalEntry } from '../talk/journal.ts'
import type { ConnectableMcpServer, HookCallback } from '../options/options.ts'
import type { ProcessIdentity } from '../process/process-identity.ts'
import type { TurnLimits } from '../turn/turn-timers.ts'

/** `starting` until the CLI has answered `initialize`; `busy` while a turn is under way. */
export type AgentState = 'starting' | 'idle' | 'busy' | 'ended'

/** What came of a stop: that nothing is left of the agent, or what is. */
export type StopReport = Omit<EndReport, 'how'> & {
  /** `closed`: it left by itself when told that its work is over. */
  how: EndReport['how'] | 'closed'
  durationMs: number
}

/** What becomes of a turn that is under way when its agent is stopped. */
export type StopOptions = {
  /**
   * `interrupt`, the default: it is `cancelled`, and the model reads that the user has refused what it
   * asked for. `park`: for a turn that waits for an answer (of a human, or of an in-process MCP tool)
   * which its conversation is to be told later. It is `parked`: nothing is refused; after `resume` the
   * conversation holds all up to the call that waits. Of that call newer CLIs tell the model that its
   * outcome is unknown, older ones leave it out: so the prompt that tells the answer must also say what
   * was asked. What is being streamed, and what runs besides, is lost: not for a turn that is at work.
   */
  turn?: 'interrupt' | 'park'
}

export type AgentLimits = TurnLimits & { maxLineBytes: number; maxLogBytes: number }

/** What startAgent and attachAgent put an agent together from. */
export type AgentParts = {
  paths: AgentPaths
  record: AgentRecord
  /** Leader of the agent's session and group. */
  leader: ProcessIdentity
  /** Only followed: nothing is written, nothing is stopped. */
  isReadOnly: boolean
  /** Who supervises an agent that is only followed. */
  supervisorPid: number
  /** How the launcher ended, where this process is its parent. */
  launcherExit: () => ProcessExit | null
  /** What former supervisors wrote to the agent; empty for one that has just been started. */
  journal: JournalEntry[]
  limits: AgentLimits
  /** It was started with `resumeInterruptedTurn`, and has had no prompt yet. */
  takesUpTurn: boolean
  answerer: Answerer
  hooks: ReadonlyMap<string, HookCallback>
  mcpServers: Record<string, ConnectableMcpServer>
  /** By server: the tools whose calls wait for somebody. */
  waitingTools: ReadonlyMap<string, readonly string[]>
  /** The first request: `initialize`. `null` when a former supervisor has sent it. */
  initialize: ({ subtype: string } & Record<string, unknown>) | null
  warnings: readonly string[]
  /** Gives up the claim to be the agent's supervisor. */
  release: () => Promise<void>
}
