import { toError } from '../../util/to-error.ts'
import { listWorkerRows } from '../../store/workers.ts'
import {
  countAgents,
  countOpenRequests,
  countOpenRuns,
  sumAgentMemory,
} from '../../store/summaries.ts'
import { readAccounts } from '../accounts/list-accounts.ts'
import type { ServiceContext } from '../context.ts'
import type { Figures } from '../contract/operations.ts'
import type { WorkerHandle } from '../worker/start-worker.ts'
import { toWorkerInfo } from './to-worker-info.ts'

/** One thing that must be right for hostler to be of use. */
export type HealthCheck = { name: string; ok: boolean; problem: string | null }

/** Whether the database can be had, and whether anybody serves what is submitted. */
export async function checkReadiness(
  { store, configuration }: ServiceContext,
  { worker }: { worker: Pick<WorkerHandle, 'state'> | null },
): Promise<HealthCheck[]> {
  try {
    // A full or locked database can be read all the same.
    const { databaseProblem = null } = worker?.state() ?? {}
    if (databaseProblem !== null) return [{ name: 'database', ok: false, problem: databaseProblem }]
    const workers = (await listWorkerRows(store)).map((row) =>
      toWorkerInfo(row, configuration().worker),
    )
    const isServed = worker?.state().isClaiming ?? workers.some(({ state }) => state === 'active')
    return [
      { name: 'database', ok: true, problem: null },
      { name: 'worker', ok: isServed, problem: isServed ? null : 'no worker takes sessions' },
    ]
  } catch (error) {
    return [{ name: 'database', ok: false, problem: toError(error).message }]
  }
}

/** What is looked up for each scrape of the metrics. */
export async function readFigures(context: ServiceContext): Promise<Figures> {
  const { store, configuration } = context
  const workers = (await listWorkerRows(store)).map((row) =>
    toWorkerInfo(row, configuration().worker),
  )
  return {
    ...(await countOpenRuns(store)),
    agents: await countAgents(store),
    agentMemoryBytes: await sumAgentMemory(store),
    openRequests: await countOpenRequests(store),
    accounts: await readAccounts(context, { reader: store }),
    workers: workers.filter(({ state }) => state === 'active').length,
  }
}
