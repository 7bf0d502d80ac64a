import { setTimeout as sleep } from 'node:timers/promises'
import { removeOldChanges } from '../../store/changes.ts'
import { removeOldEvents } from '../../store/events/remove-old-events.ts'
import { removeEndedAgents, removeOldLogs } from '../../store/retention/remove-logs.ts'
import {
  forgetIdempotencyKeys,
  removeDelivered,
  removeInbound,
  removeLostWorkers,
} from '../../store/retention/remove-old-rows.ts'
import { chunkKinds, removeOrphanChunks } from '../../store/retention/remove-orphan-chunks.ts'
import { sessionsToTrim } from '../../store/retention/sessions-to-trim.ts'
import type { Store } from '../../store/store.ts'
import type { Profile } from '../contract/profile.ts'

const dayMs = 86_400_000
/** For whom has been away over a weekend and reads the feed on from where it was. */
const changesMs = 7 * dayMs
/** What is looked at afterwards now and then: deliveries, ended agents, logs of archived sessions. */
const recordsMs = 30 * dayMs
const rowsAtOnce = 500
/** Logs are large. */
const logsAtOnce = 10
/** Between two batches: who works must not wait for who cleans. */
const pauseMs = 10

/** How many of each kind went. */
export type Removed = Record<
  | 'events'
  | 'logs'
  | 'agents'
  | 'orphans'
  | 'deliveries'
  | 'inbound'
  | 'idempotencyKeys'
  | 'workers',
  number
>

/**
 * Removes once what profiles and time do not keep, in small transactions. Ends early when `signal`
 * aborts. Two processes may do it at the same time; one is enough.
 */
export async function removeOld(
  store: Store,
  options: { profiles: readonly Profile[]; signal: AbortSignal },
): Promise<Removed> {
  const { profiles, signal } = options
  const now = Date.now()
  const before = now - recordsMs
  const rows = { limit: rowsAtOnce }
  const logs = { limit: logsAtOnce }

  async function all(limit: number, removeSome: () => Promise<number>): Promise<number> {
    let removed = 0
    while (!signal.aborted) {
      const some = await removeSome()
      removed += some
      if (some < limit) break
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
    }
    return removed
  }

  const removed: Removed = {
    events: 0,
    logs: await all(logsAtOnce, () =>
      removeOldLogs(store, { endedBefore: before, of: 'archived' }, logs),
    ),
    agents: 0,
    orphans: 0,
    deliveries: await all(rowsAtOnce, () => removeDelivered(store, { before }, rows)),
    inbound: await all(rowsAtOnce, () => removeInbound(store, { before }, rows)),
    idempotencyKeys: await all(rowsAtOnce, () => forgetIdempotencyKeys(store, { before }, rows)),
    workers: await all(rowsAtOnce, () => removeLostWorkers(store, { before }, rows)),
  }
  for (const profile of profiles) {
    removed.events += await trimEvents(store, profile, signal)
    const maxAgeMs = profile.retention?.maxAgeMs
    if (maxAgeMs === undefined) continue
    const old = { endedBefore: now - maxAgeMs, of: { profile: profile.name } }
    removed.logs += await all(logsAtOnce, () => removeOldLogs(store, old, logs))
  }
  removed.agents = await all(rowsAtOnce, () =>
    removeEndedAgents(store, { endedBefore: before }, rows),
  )
  for (const kind of chunkKinds) {
    const orphans = { kind, createdBefore: now - dayMs }
    removed.orphans += await all(logsAtOnce, () => removeOrphanChunks(store, orphans, logs))
  }
  if (!signal.aborted) await removeOldChanges(store, { maxAgeMs: changesMs })
  return removed
}

async function trimEvents(store: Store, profile: Profile, signal: AbortSignal): Promise<number> {
  const { maxAgeMs, maxBytes } = profile.retention ?? {}
  if (maxAgeMs === undefined && maxBytes === undefined) return 0
  let removed = 0
  let after = ''
  while (!signal.aborted) {
    const query = { profile: profile.name, maxAgeMs, maxBytes }
    const ids = await sessionsToTrim(store, query, { after, limit: rowsAtOnce })
    for (const sessionId of ids) {
      if (signal.aborted) break
      removed += await removeOldEvents(store, { sessionId, maxAgeMs, maxBytes })
      after = sessionId
    }
    if (ids.length < rowsAtOnce) break
  }
  return removed
}
