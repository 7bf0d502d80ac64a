import { toError } from '../../util/to-error.ts'
import { liveAgentsOf } from '../../store/agents.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { removeWorkspace } from '../workspaces/remove-workspace.ts'
import { profileOf } from './profile-of.ts'
import type { Worker } from './worker-parts.ts'

/** Somebody wants something of a session: of its run, or, when none is served, of what it left here. */
export async function attendSession(worker: Worker, sessionId: string): Promise<void> {
  const serve = worker.serves.get(sessionId)
  if (serve !== undefined) return await serve.lookAtControl()
  const session = await getSession(worker.context.store, sessionId)
  if (session !== null && session.state !== 'archived') return
  const kept = worker.pool.kept.find((one) => one.sessionId === sessionId)
  if (kept !== undefined) worker.pool.evict(kept.agent.id)
  if (session === null || session.home_worker !== worker.id) return
  await worker.pool.retired(sessionId)
  const { configuration, log } = worker.context
  try {
    const profile = profileOf(configuration(), session.profile)
    const { warning } = await removeWorkspace(worker.context, session, profile)
    if (warning !== null) log.warn({ sessionId }, warning)
  } catch (error) {
    log.warn({ sessionId, err: toError(error) }, 'the workspace of an archived session stays')
  }
}

/** Ends the idle agents that somebody wants ended. */
export async function endUnwantedAgents(worker: Worker): Promise<void> {
  const kept = new Set(worker.pool.kept.map(({ agent }) => agent.id))
  if (kept.size === 0) return
  const rows = await liveAgentsOf(worker.context.store, worker.id)
  for (const { id, stop_requested_at: requestedAt } of rows) {
    if (requestedAt !== null && kept.has(id)) worker.pool.evict(id)
  }
}
