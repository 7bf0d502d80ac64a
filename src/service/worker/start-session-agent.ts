import { randomUUID } from 'node:crypto'
import { type Agent, type CanUseTool, startAgent } from '../../agent/index.ts'
import { endAgent, updateAgent } from '../../store/queue/agents.ts'
import type { Profile, ProfileOptions } from '../contract/profile.ts'
import { toAgentOptions } from '../configuration/to-agent-options.ts'
import { optionsHash } from '../configuration/options-hash.ts'
import { type Allowance, toBudgetOption } from '../money/allowance.ts'
import { toolServersOf } from './hostler-tools/create-tools-server.ts'
import type { Worker } from './worker-parts.ts'

/** How a new process finds its conversation. */
export type Conversation =
  | { kind: 'new'; claudeSessionId: string }
  | {
      kind: 'resumed'
      claudeSessionId: string
      /** Of the transcript, where it is known. */
      path: string | null
      /** Its last turn was this prompt's, and was cut off. */
      isRetry: boolean
    }

/** All that an agent is started with, but for its conversation: what a warm one must share. */
export type AgentPlan = {
  options: ReturnType<typeof toAgentOptions>
  cwd: string
  hash: string
  profile: Profile
  /** null: nothing limits what its next turn costs. */
  allowance: Allowance | null
}

export function planAgent(
  profile: Profile,
  given: {
    cwd: string
    overrides: ProfileOptions
    isTask: boolean
    allowance: Allowance | null
  },
): AgentPlan {
  const { cwd, overrides, isTask, allowance } = given
  const own = toAgentOptions(profile, overrides, { isTask })
  const options = { ...own, ...toBudgetOption(allowance) }
  return { options, cwd, hash: optionsHash(options), profile, allowance }
}

/** Makes the CLI ask. Answers come through the store, by whoever may give them. */
const answeredElsewhere: CanUseTool = (_name, _input, { signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

/** A conversation that Claude does not know yet. */
export function newConversation(): Conversation {
  return { kind: 'new', claudeSessionId: randomUUID() }
}

/**
 * Starts the agent `id`, whose row is in the store already: one that is launched and then forgotten by
 * a crash would be nobody's.
 * @throws what startAgent throws
 */
export async function startSessionAgent(
  worker: Pick<Worker, 'context' | 'serves' | 'versions'>,
  plan: AgentPlan,
  start: { id: string; conversation: Conversation; signal?: AbortSignal },
): Promise<Agent> {
  const { context, serves, versions } = worker
  const { id, conversation, signal } = start
  const { claudeSessionId } = conversation
  const started = startAgent(
    {
      ...plan.options,
      dir: context.configuration().dataDir,
      cwd: plan.cwd,
      canUseTool: answeredElsewhere,
      mcpServers: {
        ...plan.options.mcpServers,
        ...toolServersOf({ context, serves, agentId: id }, plan.profile),
      },
      ...(conversation.kind === 'new'
        ? { sessionId: claudeSessionId }
        : {
            // In a folder that is not the workspace's own, 2.1.197 finds it by its path only.
            resume: conversation.path ?? claudeSessionId,
            ...(conversation.isRetry ? { resumeInterruptedTurn: true } : {}),
          }),
    },
    { id, versions, env: context.env, ...(signal === undefined ? {} : { signal }) },
  )
  const agent = await started.catch(async (error: unknown) => {
    // It has taken its folder with it; the store must not go on counting it.
    await endAgent(context.store, id)
    throw error
  })
  for (const warning of agent.warnings) context.log.warn({ agentId: id }, warning)
  try {
    await updateAgent(context.store, id, { pid: agent.pid, claude_version: agent.claudeVersion })
    return agent
  } catch (error) {
    // Nobody has it yet.
    await agent.stop()
    throw error
  }
}
