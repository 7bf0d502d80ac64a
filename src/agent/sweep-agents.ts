import { agentPaths, readAgentRecord } from './launch/agent-folder.ts'
import type { StopReport } from './core/agent-parts.ts'
import { endProcesses, sweepProcesses, type LeftProcess } from './process/end-processes.ts'
import { findAgent, listAgents, type AgentStatus } from './list-agents.ts'

/** What was found of agents that have ended, and what could not be ended. */
export type SweepReport = {
  /** The agents that had ended, of which there was something left to look for. */
  agents: string[]
  swept: LeftProcess[]
  survivors: LeftProcess[]
}

/**
 * Ends what ended agents have left: processes that carry the mark of an agent of `dataDir` whose own
 * process has gone. Running agents, supervised or not, are left alone.
 */
export async function sweepAgents(dataDir: string): Promise<SweepReport> {
  const ended = (await listAgents(dataDir)).filter(isOver).map((one) => one.id)
  const wanted = new Set(ended)
  if (wanted.size === 0) return { agents: [], swept: [], survivors: [] }
  return { agents: ended, ...(await sweepProcesses((id) => wanted.has(id))) }
}

/**
 * Stops an agent from outside, whoever supervises it: its supervisor sees it end. With the proof that
 * nothing is left. @throws agent_not_found
 */
export async function stopAgent(dataDir: string, id: string): Promise<StopReport> {
  const startedAt = performance.now()
  const status = await findAgent(dataDir, id)
  const record = await readAgentRecord(agentPaths(status.dir))
  const { pid, startTime } = record
  const leader = pid === null || startTime === null ? null : { pid, startTime }
  const report = await endProcesses(status.id, status.state === 'running' ? leader : null)
  return { ...report, durationMs: Math.round(performance.now() - startedAt) }
}

/** Who supervises one that has just ended sweeps it, too. */
function isOver({ state, supervisedBy }: AgentStatus): boolean {
  return (state === 'ended' || state === 'lost') && supervisedBy === null
}
