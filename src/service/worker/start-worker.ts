import { hostname } from 'node:os'
import type { Claim } from '../../store/queue/claim.ts'
import { releaseOwned } from '../../store/queue/reap-leases.ts'
import { registerWorker, setWorkerState } from '../../store/workers.ts'
import { startEventWriter } from '../../store/events/event-writer.ts'
import { toError } from '../../util/to-error.ts'
import { claimUnheld, nextUnheldIn } from '../accounts/held-profiles.ts'
import type { ServiceContext } from '../context.ts'
import { readVersion } from '../../version.ts'
import type { TransientOutlet } from '../stream/transient-outlet.ts'
import { createAdmission } from './admission.ts'
import { attendSession, endUnwantedAgents } from './attend-session.ts'
import { AgentPool } from './agent-pool.ts'
import { startClaimLoop } from './claim-loop.ts'
import { createSpareKeeper } from './keep-spares.ts'
import { startLeaseKeeper } from './lease-keeper.ts'
import { residentBytes } from './memory.ts'
import { recoverAgents } from './recover-agents.ts'
import { retireAgent } from './retire-agent.ts'
import { serveClaim } from './serve-claim.ts'
import type { Serve, Worker } from './worker-parts.ts'
import { startTidying } from './tidy-workspaces.ts'
import { workerIdOf } from './worker-id.ts'

/** How long a session waits for the worker that has its agent before any other may take it. */
const homeGraceMs = 500

export type WorkerHandle = {
  readonly id: string
  /** What it does at present. */
  state(): {
    running: number
    warm: number
    spare: number
    isClaiming: boolean
    /** Why nothing can be written to the database at present. */
    databaseProblem: string | null
  }
  /**
   * Claims nothing more. `leave`: turns under way go on without this process, to be taken up by the
   * next one; `drain`: they are waited for, at most `drainMs`, and then handed over. Idle agents end.
   */
  stop(how: { agents: 'leave' | 'drain'; drainMs: number; hurry?: AbortSignal }): Promise<void>
}

/** Takes up what a former process has left, then leases sessions and runs agents until it is stopped. */
export async function startWorker(
  context: ServiceContext,
  { outlet }: { outlet: TransientOutlet },
): Promise<WorkerHandle> {
  const { store, log } = context
  const id = await workerIdOf(context.configuration().dataDir)
  const serving = new Set<Promise<void>>()
  const attending = new Set<Promise<void>>()
  const serves = new Map<string, Serve>()
  let isClaiming = true
  let wake: () => void = () => undefined

  const writer = startEventWriter(store, {
    onLost: ({ sessionId }) => serves.get(sessionId)?.letGo.abort('lease_lost'),
    onError: (error) => log.error({ err: toError(error) }, 'events wait for the database'),
  })
  const pool = new AgentPool({
    retire: ({ agent }) => retireAgent(context, agent),
    memoryOf: ({ pid }) => residentBytes(pid),
    limits: () => context.configuration().agents,
  })
  const versions = new Map()
  const worker: Worker = {
    id,
    context,
    writer,
    outlet,
    pool,
    serves,
    versions,
    wake: () => wake(),
    attend,
  }

  async function attend(sessionId: string): Promise<void> {
    try {
      await attendSession(worker, sessionId)
      await endUnwantedAgents(worker)
    } catch (error) {
      // The next heartbeat looks again.
      log.warn({ sessionId, err: toError(error) }, 'could not look at a request')
    }
  }

  await registerWorker(store, describeWorker(context, id))
  // The lock on the data directory says that the former process of this worker is gone.
  await releaseOwned(store, id)
  await recoverAgents(worker)
  const spares = createSpareKeeper(worker)
  const admission = createAdmission(worker)
  const tidying = startTidying(worker)

  async function claim(): Promise<Claim[]> {
    const { limits, profiles, worker: own } = context.configuration()
    spares.fill()
    const limit = limits.perWorker - serves.size
    if (limit <= 0 || !admission.hasRoom()) return []
    const profileLimits: Record<string, number> = {}
    for (const { name, maxRunning } of Object.values(profiles)) {
      if (maxRunning !== undefined) profileLimits[name] = maxRunning
    }
    return await claimUnheld(context, {
      workerId: id,
      pools: own.pools,
      profiles: Object.keys(profiles),
      leaseMs: own.leaseMs,
      limit,
      globalLimit: limits.running,
      profileLimits,
      homeGraceMs,
    })
  }

  const unsubscribe = store.bus.subscribe((message) => {
    if (message.type !== 'control') return
    const attended = attend(message.sessionId).finally(() => attending.delete(attended))
    attending.add(attended)
  })
  const keeper = startLeaseKeeper(worker)
  const loop = startClaimLoop({
    claim,
    serve: (one) => {
      const served = serveClaim(worker, one).finally(() => serving.delete(served))
      serving.add(served)
    },
    nextReadyIn: () => nextUnheldIn(context, { homeGraceMs }),
    subscribe: (listener) => store.bus.subscribe(listener),
    log,
  })
  wake = () => loop.wake()

  async function settleServes(): Promise<void> {
    while (serving.size > 0) await Promise.all(serving)
  }

  async function drain(drainMs: number, hurry: AbortSignal | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, drainMs)
    hurry?.addEventListener('abort', () => resolve(), { once: true })
    if (hurry?.aborted === true) resolve()
    await Promise.race([settleServes(), promise])
    clearTimeout(timer)
    for (const serve of serves.values()) serve.handOver.abort()
    await settleServes()
  }

  return {
    id,
    state: () => ({
      running: serves.size,
      warm: pool.kept.filter(({ sessionId }) => sessionId !== null).length,
      spare: pool.kept.filter(({ sessionId }) => sessionId === null).length,
      isClaiming,
      databaseProblem: keeper.problem(),
    }),
    async stop({ agents, drainMs, hurry }) {
      isClaiming = false
      await loop.stop()
      await spares.stop()
      await tidying.stop()
      if (agents === 'drain') {
        await setWorkerState(store, id, 'draining').catch(() => undefined)
        await drain(drainMs, hurry)
      }
      for (const serve of serves.values()) serve.letGo.abort('leave')
      await settleServes()
      await keeper.stop()
      unsubscribe()
      await Promise.all(attending)
      await pool[Symbol.asyncDispose]()
      await writer[Symbol.asyncDispose]()
      // With the database away the lease tells as much.
      await setWorkerState(store, id, 'stopped').catch(() => undefined)
    },
  }
}

function describeWorker(context: ServiceContext, id: string): Parameters<typeof registerWorker>[1] {
  const { profiles, limits, worker } = context.configuration()
  return {
    id,
    host: hostname(),
    pid: process.pid,
    version: readVersion(),
    pools: worker.pools,
    paths: worker.paths === '*' ? ['*'] : worker.paths,
    profiles: Object.keys(profiles),
    capacity: limits.perWorker,
  }
}
