import { liveAgentsOf } from '../../store/agents.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import { tidyWorkspace } from './tidy-workspaces.ts'
import type { Worker } from './worker-parts.ts'

/** Somebody wants something of a session: of its run, or, when none is served, of what it left here. */
export async function attendSession(worker: Worker, sessionId: string): Promise<void> {
  const serve = worker.serves.get(sessionId)
  if (serve !== undefined) {
    await serve.lookAtControl()
    // Its run may have ended just now: whoever serves it looks again when it is given back.
    serve.isWanted = true
    if (worker.serves.has(sessionId)) return
  }
  const session = await getSession(worker.context.store, sessionId)
  if (session !== null && session.state !== 'archived') return
  const kept = worker.pool.kept.find((one) => one.sessionId === sessionId)
  if (kept !== undefined) worker.pool.evict(kept.agent.id)
  await worker.pool.retired(sessionId)
  await tidyWorkspace(worker, sessionId)
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
