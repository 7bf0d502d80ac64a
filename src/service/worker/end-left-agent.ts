import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { findAgent, stopAgent } from '../../agent/index.ts'
import { toError } from '../../util/to-error.ts'
import type { AgentRow } from '../../store/tables.ts'
import { settleEndedAgent } from './retire-agent.ts'
import type { Worker } from './worker-parts.ts'

/**
 * Ends the idle agent that another worker of this machine kept for a session and then died: it would
 * live on until that worker's data directory is used again. One that is supervised is its worker's.
 */
export async function endLeftAgent(
  worker: Pick<Worker, 'id' | 'context'>,
  row: AgentRow | null,
): Promise<void> {
  if (row === null || row.worker_id === worker.id || !existsSync(row.dir)) return
  const dataDir = dirname(dirname(row.dir))
  try {
    const { state, supervisedBy } = await findAgent(dataDir, row.id)
    if (supervisedBy !== null) return
    if (state === 'running' || state === 'starting') await stopAgent(dataDir, row.id)
    await settleEndedAgent(worker.context, row)
  } catch (error) {
    const about = { agentId: row.id, err: toError(error) }
    worker.context.log.warn(about, 'the agent of a worker that is gone could not be ended')
  }
}
