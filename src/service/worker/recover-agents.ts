import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { listAgents, stopAgent, sweepAgents } from '../../agent/index.ts'
import { toError } from '../../util/to-error.ts'
import { liveAgentsOf } from '../../store/agents.ts'
import { openAttemptAgents } from '../../store/queue/open-attempt-agents.ts'
import { endAgent } from '../../store/queue/agents.ts'
import { newestRun } from '../../store/runs/get-run.ts'
import { getSession } from '../../store/sessions/get-session.ts'
import type { AgentRow } from '../../store/tables.ts'
import { optionsHash } from '../configuration/options-hash.ts'
import { toAgentOptions } from '../configuration/to-agent-options.ts'
import { overridesOf } from './overrides-of.ts'
import { settleEndedAgent } from './retire-agent.ts'
import { takeUpAgent } from './take-up-agent.ts'
import type { Worker } from './worker-parts.ts'

/**
 * Puts in order what a former process of this worker has left: an agent in the middle of an attempt is
 * left for whoever claims its session, an idle one is kept warm, one that has ended is settled. Agents
 * that the store does not know belong to somebody else, such as `hostler run`.
 */
export async function recoverAgents(worker: Worker): Promise<void> {
  const { context } = worker
  const { dataDir } = context.configuration()
  // First: with the folder of an ended agent goes what tells that its tools are left.
  const { swept } = await sweepAgents(dataDir)
  if (swept.length > 0) context.log.warn({ swept }, 'ended what ended agents had left')
  const [rows, folders] = await Promise.all([
    liveAgentsOf(context.store, worker.id),
    listAgents(dataDir),
  ])
  const states = new Map(folders.map(({ id, state }) => [id, state]))
  // Another worker of this machine has gone on with it while this one was dead.
  const taken = new Set(folders.filter(({ supervisedBy: by }) => by !== null).map(({ id }) => id))
  const busy = await openAttemptAgents(context.store, worker.id)
  for (const row of rows) {
    // Attached, or settled as lost, when its session is claimed.
    if (busy.has(row.id) || taken.has(row.id)) continue
    try {
      const isRunning = states.get(row.id) === 'running'
      if (isRunning && (await keepWarm(worker, row))) continue
      if (isRunning) await stopAgent(dirname(dirname(row.dir)), row.id)
      if (existsSync(row.dir)) await settleEndedAgent(context, row)
      else await endAgent(context.store, row.id)
    } catch (error) {
      context.log.warn({ agentId: row.id, err: toError(error) }, 'an agent could not be recovered')
    }
  }
}

async function keepWarm(worker: Worker, row: AgentRow): Promise<boolean> {
  const { context } = worker
  const profile = context.configuration().profiles[row.profile]
  if (profile === undefined || row.session_id === null) return false
  const session = await getSession(context.store, row.session_id)
  if (session === null) return false
  const isTask = ((await newestRun(context.store, session.id))?.depth ?? 0) > 0
  const options = toAgentOptions(profile, overridesOf(session), { isTask })
  // Started with others than the next run's: it would be replaced then.
  if (optionsHash(options) !== row.options_hash) return false
  const agent = await takeUpAgent(worker, row, options)
  if (agent === null) return false
  if (agent.state !== 'idle') {
    await agent.stop()
    return false
  }
  await worker.pool.keep({
    agent,
    sessionId: row.session_id,
    profile: row.profile,
    hash: row.options_hash,
    cwd: agent.cwd,
    fence: row.fence,
    warmMs: profile.warmMs ?? 600_000,
  })
  return true
}
