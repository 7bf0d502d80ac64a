import { z } from 'zod'
import type { WorkerEntry } from '../../store/workers.ts'
import type { WorkerInfo } from '../contract/operations.ts'

const infoSchema = z.object({ freeMemoryBytes: z.number().nullable().catch(null) })

/** A worker as it is given out. One that is silent for longer than a lease lasts is lost. */
export function toWorkerInfo(row: WorkerEntry, { leaseMs }: { leaseMs: number }): WorkerInfo {
  const info = infoSchema.safeParse(JSON.parse(row.info))
  const isLost = row.state !== 'stopped' && row.silent_ms > leaseMs
  return {
    id: row.id,
    host: row.host,
    pid: row.pid,
    version: row.version,
    pools: JSON.parse(row.pools),
    profiles: JSON.parse(row.profiles),
    capacity: row.capacity,
    running: row.running,
    state: isLost ? 'lost' : row.state,
    freeMemoryBytes: info.success ? info.data.freeMemoryBytes : null,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
  }
}
