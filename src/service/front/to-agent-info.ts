import type { AgentRow, SessionRow } from '../../store/tables.ts'
import type { AgentInfo } from '../contract/operations.ts'

/** An agent as it is given out; `session`: the one that it serves. */
export function toAgentInfo(row: AgentRow, session: SessionRow | null): AgentInfo {
  return {
    id: row.id,
    sessionId: row.session_id,
    workerId: row.worker_id,
    profile: row.profile,
    pid: row.pid,
    claudeVersion: row.claude_version,
    state: stateOf(row, session),
    memoryBytes: row.memory_bytes,
    startedAt: row.started_at,
    lastUsedAt: row.last_used_at,
    endedAt: row.ended_at,
  }
}

/** Its session is leased: there is a turn, or one begins or ends just now. */
export function isAtWork(agent: AgentRow, session: SessionRow | null): boolean {
  return agent.state === 'live' && session !== null && session.owner !== null
}

function stateOf(row: AgentRow, session: SessionRow | null): AgentInfo['state'] {
  if (row.state === 'ended') return 'ended'
  if (row.session_id === null) return 'spare'
  return isAtWork(row, session) ? 'busy' : 'warm'
}
