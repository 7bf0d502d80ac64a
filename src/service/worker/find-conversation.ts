import { randomUUID } from 'node:crypto'
import { hostlerError } from '../../errors.ts'
import { attemptsOf } from '../../store/runs/attempts-of.ts'
import { getRun } from '../../store/runs/get-run.ts'
import { hasLaterTurn } from '../../store/runs/last-turn-of.ts'
import type { AttemptRow } from '../../store/tables.ts'
import { copyTranscript, restoreTranscript } from '../transcripts/restore-transcript.ts'
import { hasPrompt } from '../transcripts/has-prompt.ts'
import { claudeDirOf } from '../transcripts/transcript-path.ts'
import { wasRowAlreadyTaken } from './already-taken.ts'
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
  { session, run, lease, letGo }: Serve,
  { plan, former }: { plan: AgentPlan; former: readonly AttemptRow[] },
): Promise<Conversation> {
  const { claude_session_id: claudeSessionId, forked_after: forkedAfter } = session
  const claudeDir = claudeDirOf(worker.context.env, plan.profile)
  if (claudeDir === null) return newConversation()
  const where = { claudeDir, cwd: plan.cwd, signal: letGo.signal }
  if (claudeSessionId !== null) {
    const { state, path } = await restoreTranscript(worker.context, {
      ...where,
      sessionId: session.id,
      claudeSessionId,
      tookOver: session.home_worker !== null && session.home_worker !== worker.id,
    })
    if (state !== 'none') {
      const last = former.at(-1)
      const wasCutOff =
        last !== undefined && cutOff.has(last.outcome ?? '') && !wasRowAlreadyTaken(last)
      // Only its own prompt: the CLI takes up again whichever was cut off last, also one whose run has
      // ended since.
      const isRetry = wasCutOff && path !== null && (await hasPrompt(path, run.prompt_id, where))
      return { kind: 'resumed', claudeSessionId, path, isRetry }
    }
    // Runs may have ended before Claude had a word of them: then there is nothing to be lost.
    const hasBegun = session.run_count > 0 && session.output_tokens > 0
    if (hasBegun) return beginAnew(worker, { plan, lease, claudeSessionId })
    // Named ahead of its first turn, which has not come far enough to be noted.
    if (forkedAfter === null) return { kind: 'new', claudeSessionId }
  }
  if (forkedAfter === null) return newConversation()
  const forked = await forkConversation(worker, forkedAfter, where)
  return forked ?? beginAnew(worker, { plan, lease, claudeSessionId: `of run ${forkedAfter}` })
}

/** A conversation that was, and is nowhere now. @throws conversation_lost unless the profile lets it */
function beginAnew(
  { context }: Worker,
  {
    plan,
    lease,
    claudeSessionId,
  }: Pick<Serve, 'lease'> & {
    plan: AgentPlan
    claudeSessionId: string
  },
): Conversation {
  const { sessionId } = lease
  if (plan.profile.onSessionLost !== 'fresh') {
    throw hostlerError('conversation_lost', { id: sessionId, claudeSessionId })
  }
  context.log.warn({ sessionId, claudeSessionId }, 'conversation lost: it begins anew')
  return newConversation()
}

/** Null: the store does not have it, or does not know how much of it the fork may see. */
async function forkConversation(
  { context }: Worker,
  runId: string,
  where: { claudeDir: string; cwd: string; signal: AbortSignal },
): Promise<Conversation | null> {
  const { store } = context
  const run = await getRun(store, runId)
  if (run === null) return null
  const attempts = await attemptsOf(store, [runId])
  // The run's own: its session may have begun another one since.
  const parentConversation = attempts.findLast((one) => one.claude_session_id !== null)
  if (parentConversation?.claude_session_id == null) return null
  // Without its place in the transcript, all of it is only right while nothing came after it.
  const bytes = run.transcript_bytes
  if (bytes === null && (await hasLaterTurn(store, run))) return null
  const claudeSessionId = randomUUID()
  const path = await copyTranscript(context, {
    ...where,
    sessionId: run.session_id,
    claudeSessionId: parentConversation.claude_session_id,
    as: claudeSessionId,
    bytes,
  })
  return path === null ? null : { kind: 'resumed', claudeSessionId, path, isRetry: false }
}
