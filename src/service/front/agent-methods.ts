import { hostlerError } from '../../errors.ts'
import { getAgentRow, listAgentRows } from '../../store/agents.ts'
import { recordAudit } from '../../store/audit.ts'
import { requestStop } from '../../store/request-stop.ts'
import { getSession, getSessions } from '../../store/sessions/get-session.ts'
import type { SessionRow } from '../../store/tables.ts'
import type { CallOptions, Hostler } from '../contract/hostler.ts'
import { change } from './change.ts'
import type { Front } from './front.ts'
import { notFound } from './not-found.ts'
import { isAtWork, toAgentInfo } from './to-agent-info.ts'

/** Ended agents that are still shown. */
const endedAgents = 50

/** What can be done with agents. */
export function agentMethods(front: Front): Hostler['agents'] {
  const { store } = front.context
  return {
    list: async ({ signal } = {}) => {
      signal?.throwIfAborted()
      const rows = await listAgentRows(store, { ended: endedAgents })
      const ids = rows.flatMap((row) => (row.session_id === null ? [] : [row.session_id]))
      const sessions = await getSessions(store, [...new Set(ids)])
      return rows.map((row) => toAgentInfo(row, sessions.get(row.session_id ?? '') ?? null))
    },
    stop: (id, options) => stopAgent(front, id, options),
  }
}

/** Its worker does it: nobody else may touch an agent. One that has ended is left as it is. */
async function stopAgent(front: Front, id: string, options: CallOptions = {}): Promise<void> {
  const { actor } = front
  await change(
    front,
    async (tx) => {
      const agent = await getAgentRow(tx, id)
      if (agent === null) throw notFound('agent', id)
      if (agent.state === 'ended') return
      const session: SessionRow | null =
        agent.session_id === null ? null : await getSession(tx, agent.session_id)
      if (isAtWork(agent, session)) throw hostlerError('agent_busy', { id })
      await requestStop(tx, id)
      tx.notify({ type: 'control', sessionId: agent.session_id ?? '' })
      const detail = { sessionId: agent.session_id, workerId: agent.worker_id }
      await recordAudit(tx, { actor, action: 'agent.stop', subjectId: id, detail })
    },
    options,
  )
}
