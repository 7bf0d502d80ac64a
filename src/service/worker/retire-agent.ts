import { rm } from 'node:fs/promises'
import { toError } from '../../util/to-error.ts'
import { endAgent } from '../../store/queue/agents.ts'
import type { Agent } from '../../agent/index.ts'
import type { ServiceContext } from '../context.ts'
import { saveLog } from '../logs/save-log.ts'

/**
 * Ends an agent with everything that it started, and removes its folder as soon as the store has all of
 * its log. Never throws: what fails here is found again at the next start.
 */
export async function retireAgent(context: ServiceContext, agent: Agent): Promise<void> {
  try {
    const { survivors } = await agent.stop()
    if (survivors.length > 0)
      context.log.warn({ agentId: agent.id, survivors }, 'agent left processes')
    await settleEndedAgent(context, agent)
  } catch (error) {
    context.log.warn({ agentId: agent.id, err: toError(error) }, 'agent could not be put in order')
  }
}

/** The same for one whose process has gone. */
export async function settleEndedAgent(
  context: ServiceContext,
  agent: { id: string; dir: string },
): Promise<void> {
  const { isComplete } = await saveLog(context.store, { agentId: agent.id, dir: agent.dir })
  // The folder first: of an agent that has ended on record nobody looks for what is left.
  if (isComplete) await rm(agent.dir, { recursive: true, force: true })
  await endAgent(context.store, agent.id)
}
