import { uuidV7 } from '../../util/uuid-v7.ts'
import type { Agent } from '../../agent/index.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { retireAgent } from './retire-agent.ts'
import { findConversation } from './find-conversation.ts'
import { fitsAllowance } from '../money/allowance.ts'
import type { AgentPlan, Conversation } from './start-session-agent.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** The agent for a run: one that is there, or what to start. */
export type Choice =
  | { kind: 'warm' | 'spare'; agent: Agent; agentId: string; claudeSessionId: string | null }
  | {
      kind: 'new' | 'resumed'
      agentId: string
      conversation: Conversation
      claudeSessionId: string
    }

/** Takes the session's warm agent when it was started with just this, else a spare, else a new one. */
export async function chooseAgent(
  worker: Worker,
  serve: Serve,
  {
    plan,
    former,
    isUnwanted,
  }: {
    plan: AgentPlan
    former: readonly AttemptRow[]
    /** Somebody wants its agent ended: it may know rules that were taken back. */
    isUnwanted: boolean
  },
): Promise<Choice> {
  const { session } = serve
  const warm = worker.pool.take(session.id)
  if (warm !== null) {
    const isFit =
      !isUnwanted &&
      warm.hash === plan.hash &&
      warm.cwd === plan.cwd &&
      warm.agent.state === 'idle' &&
      fitsAllowance(warm.agent.budgetLeftUsd, plan.allowance)
    if (isFit && warm.fence + 1 === serve.lease.fence) {
      const { agent } = warm
      return { kind: 'warm', agent, agentId: agent.id, claudeSessionId: agent.sessionId }
    }
    // Two processes in one conversation would each lose what the other says.
    await retireAgent(worker.context, warm.agent)
  }
  if (session.claude_session_id === null && session.parent_id === null) {
    const spare = worker.pool.takeSpare(plan, ({ budgetLeftUsd }) =>
      fitsAllowance(budgetLeftUsd, plan.allowance),
    )
    if (spare !== null) {
      const { agent } = spare
      return { kind: 'spare', agent, agentId: agent.id, claudeSessionId: agent.sessionId }
    }
  }
  await worker.pool.retired(session.id)
  const conversation = await findConversation(worker, serve, { plan, former })
  const { kind, claudeSessionId } = conversation
  return { kind, agentId: uuidV7(), conversation, claudeSessionId }
}
