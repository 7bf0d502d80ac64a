import { randomUUID } from 'node:crypto'
import { hostlerError } from '../../errors.ts'
import { getRun } from '../../store/runs/get-run.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { copyTranscript, restoreTranscript } from '../transcripts/restore-transcript.ts'
import { claudeDirOf } from '../transcripts/transcript-path.ts'
import { type AgentPlan, type Conversation, newConversation } from './start-session-agent.ts'
import type { Serve, Worker } from './worker-parts.ts'

/** Outcomes after which the CLI may have noted the prompt without having answered it. */
const cutOff: ReadonlySet<string> = new Set([
  'killed',
  'lost',
  'api_error',
  'overloaded',
  'rate_limited',
  'protocol',
  'stalled',
])

/**
 * Where a session's next process takes up the conversation: in its transcript, which is brought here
 * from the store when another machine has written it; in a copy of its parent's, as far as the fork
 * goes; or anew when there is none yet.
 * @throws conversation_lost when there was one and it is nowhere now
 */
export async function findConversation(
  worker: Worker,
  { session, lease, letGo }: Serve,
  { plan, former }: { plan: AgentPlan; former: readonly AttemptRow[] },
): Promise<Conversation> {
  const { claude_session_id: claudeSessionId, forked_after: forkedAfter } = session
  const claudeDir = claudeDirOf(worker.context.env, plan.profile)
  if (claudeDir === null) return newConversation()
  const where = { claudeDir, cwd: plan.cwd, signal: letGo.signal }
  if (claudeSessionId === null) {
    return forkedAfter === null
      ? newConversation()
      : await forkConversation(worker, forkedAfter, { ...where, sessionId: session.id })
  }
  const { state, path } = await restoreTranscript(worker.context, {
    ...where,
    sessionId: session.id,
    claudeSessionId,
    tookOver: session.home_worker !== null && session.home_worker !== worker.id,
  })
  if (state !== 'none') {
    const isRetry = cutOff.has(former.at(-1)?.outcome ?? '')
    return { kind: 'resumed', claudeSessionId, path, isRetry }
  }
  // Named ahead of its first turn, which has not come far enough to be noted.
  if (session.run_count === 0) return { kind: 'new', claudeSessionId }
  if (plan.profile.onSessionLost !== 'fresh') {
    throw hostlerError('conversation_lost', { id: lease.sessionId, claudeSessionId })
  }
  const { log } = worker.context
  log.warn({ sessionId: session.id, claudeSessionId }, 'conversation lost: it begins anew')
  return newConversation()
}

async function forkConversation(
  worker: Worker,
  runId: string,
  where: { claudeDir: string; cwd: string; signal: AbortSignal; sessionId: string },
): Promise<Conversation> {
  const { store } = worker.context
  const run = await getRun(store, runId)
  const parent = run === null ? null : await getSession(store, run.session_id)
  const parentConversation = parent?.claude_session_id ?? null
  const claudeSessionId = randomUUID()
  const path =
    parent === null || parentConversation === null
      ? null
      : await copyTranscript(worker.context, {
          ...where,
          sessionId: parent.id,
          claudeSessionId: parentConversation,
          as: claudeSessionId,
          bytes: run?.transcript_bytes ?? null,
        })
  if (path !== null) return { kind: 'resumed', claudeSessionId, path, isRetry: false }
  throw hostlerError('conversation_lost', {
    id: where.sessionId,
    claudeSessionId: parentConversation ?? 'none',
  })
}
