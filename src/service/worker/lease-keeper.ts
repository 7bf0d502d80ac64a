import { toError } from '../../util/to-error.ts'
import { heartbeat } from '../../store/queue/heartbeat.ts'
import { reapLeases } from '../../store/queue/reap-leases.ts'
import { updateAgent } from '../../store/queue/agents.ts'
import { fencesOf } from '../../store/queue/fences-of.ts'
import { endUnwantedAgents } from './attend-session.ts'
import { expireRequests } from './expire-requests.ts'
import { availableBytes, residentBytes } from './memory.ts'
import type { Worker } from './worker-parts.ts'

/**
 * How long a worker of several goes on without having reached the database. Its leases have run out by
 * then, and others may have its sessions; but a server that only restarts must not cost every turn.
 */
const longestSilenceMs = 30_000
const memoryStep = 16 * 1024 * 1024

export type LeaseKeeper = {
  /** Why the database takes no heartbeat at present: a full disk, a lock, a server that is gone. */
  problem(): string | null
  stop(): Promise<void>
}

/** Prolongs the worker's leases, and acts on those that are lost. */
export function startLeaseKeeper(worker: Worker): LeaseKeeper {
  const { context, serves } = worker
  let lastBeatAt = performance.now()
  let isStopped = false
  let problem: string | null = null
  let timer: NodeJS.Timeout | undefined
  let beating = Promise.resolve()
  const noted = new Map<string, number>()

  async function beat(): Promise<void> {
    const { leaseMs } = context.configuration().worker
    const before = [...serves.values()]
    const info = { freeMemoryBytes: availableBytes(), running: serves.size }
    const kept = await heartbeat(context.store, {
      workerId: worker.id,
      leaseMs,
      info,
      sessionIds: before.map(({ session }) => session.id),
    })
    lastBeatAt = performance.now()
    const fences = new Map(kept.map(({ sessionId, fence }) => [sessionId, fence]))
    for (const serve of before) {
      const isOver = serves.get(serve.session.id) !== serve
      if (isOver || fences.get(serve.session.id) === serve.lease.fence) continue
      serve.letGo.abort('lease_lost')
    }
    const reaped = await reapLeases(context.store)
    if (reaped.length > 0) context.log.warn({ sessions: reaped }, 'leases have run out')
    await expireRequests(context.store)
    await dropOvertaken()
    await endUnwantedAgents(worker)
    await noteMemory()
    for (const serve of serves.values()) await serve.lookAtControl()
  }

  /** For those who look; in steps, as it changes with every allocation. */
  async function noteMemory(): Promise<void> {
    const agents = [
      ...[...serves.values()].flatMap(({ agent }) => agent ?? []),
      ...worker.pool.kept.map(({ agent }) => agent),
    ]
    for (const { id, pid } of agents) {
      const bytes = Math.round((residentBytes(pid) ?? 0) / memoryStep) * memoryStep
      if (bytes === 0 || noted.get(id) === bytes) continue
      noted.set(id, bytes)
      await updateAgent(context.store, id, { memory_bytes: bytes })
    }
    const ids = new Set(agents.map(({ id }) => id))
    for (const id of noted.keys()) if (!ids.has(id)) noted.delete(id)
  }

  /** A warm agent whose session another worker has had since does not know the conversation any more. */
  async function dropOvertaken(): Promise<void> {
    const warm = worker.pool.kept.filter(({ sessionId }) => sessionId !== null)
    const ids = warm.flatMap(({ sessionId }) => sessionId ?? [])
    if (ids.length === 0) return
    const fences = await fencesOf(context.store, ids)
    for (const { sessionId, fence, agent } of warm) {
      const now = fences.get(sessionId ?? '')
      const isOurs = sessionId !== null && serves.has(sessionId)
      if (!isOurs && (now === undefined || now.fence > fence) && now?.owner !== worker.id) {
        worker.pool.evict(agent.id)
      }
    }
  }

  function letAllGo(): void {
    if (context.store.dialect === 'sqlite') return
    if (performance.now() - lastBeatAt < longestSilenceMs) return
    for (const serve of serves.values()) serve.letGo.abort('lease_lost')
  }

  async function tick(): Promise<void> {
    try {
      await beat()
      problem = null
    } catch (error) {
      problem = toError(error).message
      context.log.error({ err: toError(error) }, 'no heartbeat: the database cannot be had')
      letAllGo()
    }
    if (isStopped) return
    timer = setTimeout(() => {
      beating = tick()
    }, context.configuration().worker.heartbeatMs)
  }

  beating = tick()
  return {
    problem() {
      if (problem !== null) return problem
      const silentMs = performance.now() - lastBeatAt
      if (silentMs < context.configuration().worker.leaseMs) return null
      return `the database has taken no heartbeat for ${Math.round(silentMs / 1000)} s`
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await beating
    },
  }
}
