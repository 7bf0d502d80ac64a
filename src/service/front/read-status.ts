import { HostlerError } from '../../errors.ts'
import { latestChange } from '../../store/changes.ts'
import { countOpen } from '../../store/runs/count-open.ts'
import {
  costSince,
  countAgents,
  countOpenRequests,
  countOpenRuns,
  countOutcomes,
} from '../../store/summaries.ts'
import { listWorkerRows } from '../../store/workers.ts'
import { readAccounts } from '../accounts/list-accounts.ts'
import type { CallOptions } from '../contract/hostler.ts'
import type { Status } from '../contract/operations.ts'
import { tooManyOpenRuns } from './enqueue.ts'
import type { Front } from './front.ts'
import { toUsd } from '../../util/money.ts'
import { limitsNearlyUsed } from '../money/budget-states.ts'
import { dayOf } from '../../util/day-of.ts'
import { parseOutcome } from './parse-outcome.ts'
import { toWorkerInfo } from './to-worker-info.ts'

/** Before the first change. */
const beginning = '0.0'
const dayMs = 24 * 3600 * 1000

/** How everything is. A database that cannot be used is told as the problem, with nothing counted. */
export async function readStatus(front: Front, { signal }: CallOptions = {}): Promise<Status> {
  signal?.throwIfAborted()
  try {
    return await count(front)
  } catch (error) {
    if (!(error instanceof HostlerError) || error.code !== 'database_unavailable') throw error
    return { ...nothingKnown(front), problem: toProblem(error) }
  }
}

async function count({ context, version }: Front): Promise<Status> {
  const { store } = context
  const { limits, worker, budgets } = context.configuration()
  // First: what changes while the rest is read is told again.
  const cursor = (await latestChange(store)) ?? beginning
  const now = Date.now()
  const open = await countOpen(store, { limit: limits.maxOpenRuns })
  const isFull = open >= limits.maxOpenRuns
  return {
    version,
    accepting: !isFull,
    problem: isFull ? toProblem(tooManyOpenRuns(limits.maxOpenRuns)) : null,
    database: store.dialect,
    workers: (await listWorkerRows(store)).map((row) => toWorkerInfo(row, worker)),
    runs: await countOpenRuns(store),
    outcomes: toOutcomes(await countOutcomes(store, now - dayMs)),
    costTodayUsd: toUsd(await costSince(store, dayOf(now, budgets.timeZone).startsAt)),
    limits: await limitsNearlyUsed(context, now),
    agents: await countAgents(store),
    openRequests: await countOpenRequests(store),
    accounts: await readAccounts(context, { reader: store }),
    cursor,
    now,
  }
}

function nothingKnown({ context, version }: Front): Status {
  return {
    version,
    accepting: false,
    problem: null,
    database: context.store.dialect,
    workers: [],
    runs: { queued: 0, running: 0, waiting: { human: 0, children: 0, time: 0 } },
    outcomes: {},
    costTodayUsd: 0,
    limits: [],
    agents: { busy: 0, warm: 0, spare: 0 },
    openRequests: 0,
    accounts: [],
    cursor: beginning,
    now: Date.now(),
  }
}

function toOutcomes(counts: Record<string, number>): Status['outcomes'] {
  const outcomes: Status['outcomes'] = {}
  for (const [name, number] of Object.entries(counts)) {
    const outcome = parseOutcome(name)
    if (outcome !== null) outcomes[outcome] = number
  }
  return outcomes
}

function toProblem({ code, message, cure }: HostlerError): NonNullable<Status['problem']> {
  return { code, message, cure }
}
