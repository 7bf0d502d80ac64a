import { join } from 'node:path'
import type { Hostler } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { SiteTask } from '../ground/ground.ts'
import { holdPrompt } from '../ground/quick-claude.ts'
import { inGroups } from '../room/in-groups.ts'
import { until } from '../room/until.ts'

/** A session whose agent is in the middle of a turn. */
export type BusySession = {
  sessionId: string
  runId: string
  workerId: string
  agentId: string
  /** Of the CLI, as its lines have it. */
  claudeSessionId: string
  /** The log into which the agent's next lines go. */
  path: string
}

/** Begins turns that never end by themselves, and waits until all are followed. */
export async function startBusySessions(
  hostler: Hostler,
  { site, count }: { site: SiteTask; count: number },
): Promise<BusySession[]> {
  const keys = Array.from({ length: count }, (_, index) => `busy-${index}`)
  await inGroups(keys, 16, (key) => hostler.runs.submit({ key, prompt: holdPrompt }))
  await using store = await openStore(site.where, { migrate: 'check' })
  const findAll = async (): Promise<BusySession[] | null> => {
    const rows = await store.db
      .selectFrom('attempts')
      .innerJoin('agents', 'agents.id', 'attempts.agent_id')
      .innerJoin('sessions', 'sessions.id', 'attempts.session_id')
      .select(['attempts.session_id', 'attempts.run_id', 'attempts.worker_id', 'agents.dir'])
      .select(['agents.id', 'sessions.claude_session_id'])
      .where('attempts.ended_at', 'is', null)
      .where('agents.events_offset', '>', 0)
      .execute()
    if (rows.length !== count) return null
    return rows.map((row) => ({
      sessionId: row.session_id,
      runId: row.run_id,
      workerId: row.worker_id,
      agentId: row.id,
      claudeSessionId: row.claude_session_id ?? '',
      path: join(row.dir, 'out.jsonl'),
    }))
  }
  return await until('the turns begin', findAll, { everyMs: 50 })
}
