import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProcessExit } from '../events/turn-result.ts'
import { hostlerError } from '../errors.ts'
import {
  agentPaths,
  agentsDir,
  listAgentIds,
  readAgentRecord,
  type AgentRecord,
} from './launch/agent-folder.ts'
import { isAlive } from './process/process-identity.ts'
import { readExit } from './process/process-exit.ts'
import { readSupervisor } from './launch/supervisor-claim.ts'

/** An agent as its folder and the process table show it. */
export type AgentStatus = {
  id: string
  dir: string
  /** `starting`: not launched yet. `lost`: the process has gone, and nothing tells how. `broken`: its folder cannot be read. */
  state: 'starting' | 'running' | 'ended' | 'lost' | 'broken'
  pid: number | null
  /** Pid of the hostler that follows it. */
  supervisedBy: number | null
  sessionId: string | null
  cwd: string | null
  model: string | null
  claudeVersion: string | null
  /** Epoch milliseconds. */
  startedAt: number | null
  exit: ProcessExit | null
  logBytes: number
  /** Why the folder cannot be read. */
  problem: string | null
}

/** Every agent that has a folder under `dataDir`, oldest first. */
export async function listAgents(dataDir: string): Promise<AgentStatus[]> {
  const ids = await listAgentIds(dataDir)
  return await Promise.all(ids.map((id) => readAgentStatus(join(agentsDir(dataDir), id), id)))
}

/** The agent whose id is, or begins with, `id`. @throws agent_not_found */
export async function findAgent(dataDir: string, id: string): Promise<AgentStatus> {
  const ids = await listAgentIds(dataDir)
  const found = ids.filter((one) => one === id || (id.length >= 4 && one.startsWith(id)))
  const only = found.includes(id) ? id : found.length === 1 ? found[0] : undefined
  if (only === undefined) throw hostlerError('agent_not_found', { id, dataDir })
  return await readAgentStatus(join(agentsDir(dataDir), only), only)
}

async function readAgentStatus(dir: string, id: string): Promise<AgentStatus> {
  const paths = agentPaths(dir)
  let record: AgentRecord
  try {
    record = await readAgentRecord(paths)
  } catch (error) {
    return { ...unknownAgent(id, dir), problem: error instanceof Error ? error.message : '' }
  }
  const [supervisor, isRunning, log] = await Promise.all([
    readSupervisor(paths),
    isAgentAlive(record),
    stat(paths.output).catch(() => null),
  ])
  const exit = readExit(paths)
  const isStarting = record.pid === null && supervisor !== null
  const isOver = exit !== null || record.pid === null
  return {
    id,
    dir,
    state: isRunning ? 'running' : isStarting ? 'starting' : isOver ? 'ended' : 'lost',
    pid: record.pid,
    supervisedBy: supervisor?.pid ?? null,
    sessionId: record.sessionId,
    cwd: record.cwd,
    model: record.model,
    claudeVersion: record.claudeVersion,
    startedAt: record.startedAt,
    exit,
    logBytes: log?.size ?? 0,
    problem: null,
  }
}

async function isAgentAlive({ pid, startTime }: AgentRecord): Promise<boolean> {
  return pid !== null && startTime !== null && (await isAlive({ pid, startTime }))
}

function unknownAgent(id: string, dir: string): AgentStatus {
  return {
    id,
    dir,
    state: 'broken',
    pid: null,
    supervisedBy: null,
    sessionId: null,
    cwd: null,
    model: null,
    claudeVersion: null,
    startedAt: null,
    exit: null,
    logBytes: 0,
    problem: null,
  }
}
