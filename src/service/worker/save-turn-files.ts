import { HostlerError } from '../../errors.ts'
import { toError } from '../../util/to-error.ts'
import type { TurnResult } from '../../events/turn-result.ts'
import type { Agent } from '../../agent/index.ts'
import { saveLog } from '../logs/save-log.ts'
import { claudeDirOf } from '../transcripts/transcript-path.ts'
import { saveTranscript } from '../transcripts/save-transcript.ts'
import { saveWork } from '../workspaces/save-work.ts'
import { retryWhileHeld } from './retry-while-held.ts'
import type { AgentPlan } from './start-session-agent.ts'
import type { Serve, Worker } from './worker-parts.ts'

/**
 * Copies to the store what the turn has added: the agent's log, Claude's transcript, the work in a git
 * workspace. Before the session is given back, so that any worker can go on with it. What cannot be
 * copied is said and left: the run's result matters more.
 */
export async function saveTurnFiles(
  worker: Worker,
  serve: Serve,
  { agent, plan, end }: { agent: Agent; plan: AgentPlan; end: TurnResult },
): Promise<{ logTo: number; transcriptBytes: number | null }> {
  const { context } = worker
  const { session } = serve
  const { signal } = serve.letGo

  async function attempt<T>(what: string, step: () => Promise<T>): Promise<T | null> {
    try {
      return await retryWhileHeld(serve, context.log, step)
    } catch (error) {
      if (signal.aborted || (error instanceof HostlerError && error.code === 'lease_lost'))
        throw error
      context.log.warn({ sessionId: session.id, err: toError(error) }, `${what} could not be saved`)
      return null
    }
  }

  const { sessionId: claudeSessionId } = end
  // One that another worker of this machine has started may have another home.
  const claudeDir = agent.claudeDir ?? claudeDirOf(context.env, plan.profile)
  const logTo = agent.logBytes
  const [transcript] = await Promise.all([
    claudeSessionId === null || claudeDir === null
      ? null
      : attempt('the transcript', () =>
          saveTranscript(context, {
            sessionId: session.id,
            claudeSessionId,
            claudeDir,
            cwd: plan.cwd,
            fence: serve.lease.fence,
            ...untilOf(agent, end),
            signal,
          }),
        ),
    attempt('the log', () => saveLog(context.store, { agentId: agent.id, dir: agent.dir })),
    attempt('the work', () => saveWork(context, session, plan.profile, { signal })),
  ])
  return { logTo, transcriptBytes: transcript?.bytes ?? null }
}

/** When the transcript has all of the turn. The CLI writes it behind what it says. */
function untilOf(
  agent: Agent,
  { outcome, lastMessageUuid }: TurnResult,
): { until?: 'now' | { uuid: string } } {
  if (agent.state === 'ended' || lastMessageUuid === null) return { until: 'now' }
  return outcome === 'ok' ? { until: { uuid: lastMessageUuid } } : {}
}
