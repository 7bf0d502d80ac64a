import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { HostlerError } from '../../errors.ts'
import { type Agent, attachAgent, stopAgent, type Turn } from '../../agent/index.ts'
import { endAgent } from '../../store/queue/agents.ts'
import type { AgentRow } from '../../store/tables.ts'
import type { ProfileAgentOptions } from '../configuration/to-agent-options.ts'
import { attachOptionsOf } from './attach-options.ts'
import { toolServersOf } from './hostler-tools/create-tools-server.ts'
import { settleEndedAgent } from './retire-agent.ts'
import type { Worker } from './worker-parts.ts'

/**
 * Attaches to an agent that a former process has started, on this machine, wherever its folder is.
 * `null`: nothing of it is here. One that has ended can be attached, too: its log tells how far it came.
 */
export async function takeUpAgent(
  { id, context, serves }: Pick<Worker, 'id' | 'context' | 'serves'>,
  row: AgentRow,
  options: ProfileAgentOptions,
): Promise<Agent | null> {
  if (!existsSync(row.dir)) {
    // Died before it had a folder. Another worker's may be on another machine.
    if (row.worker_id === id) await endAgent(context.store, row.id)
    return null
  }
  try {
    const profile = context.configuration().profiles[row.profile] ?? {}
    const mcpServers = toolServersOf({ context, serves, agentId: row.id }, profile)
    return await attachAgent(row.dir, { ...attachOptionsOf(options), mcpServers })
  } catch (error) {
    if (!(error instanceof HostlerError)) throw error
    // Its supervisor has lost the lease and does not know yet: two agents must not share a conversation.
    if (error.code === 'agent_supervised') await stopAgent(dirname(dirname(row.dir)), row.id)
    // Died before it was launched: nobody else would look for what is left before the next start.
    else await settleEndedAgent(context, row)
    context.log.warn({ agentId: row.id, code: error.code }, error.message)
    return null
  }
}

/** The turn in which the agent has got this prompt, running or over. */
export function turnOf(agent: Agent, promptId: string): Turn | null {
  const turns = [agent.currentTurn, agent.lastTurn]
  return turns.find((turn) => turn?.promptId === promptId) ?? null
}
