import type { Store, Tx } from '../store.ts'
import { findRoom } from './find-room.ts'
import { listGroups, type Group } from './list-groups.ts'
import { listReady, type Candidate } from './list-ready.ts'

/** Which sessions a worker may have. */
export type PickOptions = {
  workerId: string
  pools: readonly string[]
  profiles: readonly string[] | '*'
  /** A worker is gone when it was not heard of for so long. */
  leaseMs: number
  /** Profiles with whose logins nothing begins at present: of theirs only what has an agent already. */
  heldProfiles?: ReadonlySet<string>
  limit: number
  /** Sessions with a holder, over all workers; null: as many as there are. */
  globalLimit: number | null
  /** The same for each profile that has a limit. */
  profileLimits: Readonly<Record<string, number>>
  /** How long a session is left to the worker that has its agent. */
  homeGraceMs: number
}

export type Picked = {
  ids: string[]
  /** One was passed over for another of the same folder, and what comes after it was not looked at. */
  isCut: boolean
  /** Whether they may be had only as long as not too many others, or others of their folders, are held. */
  isLimited: boolean
}

/** The store, or a transaction of it. */
export type QueueReader = Pick<Store | Tx, 'db' | 'dialect' | 'now'>

/** Finds the sessions to be claimed next: by priority, and among equals those that are ready longest. */
export async function pickSessions(reader: QueueReader, options: PickOptions): Promise<Picked> {
  const room = await findRoom(reader, options)
  const groups = (await listGroups(reader, options.workerId)).filter(
    ({ pool, profile }) =>
      options.pools.includes(pool) &&
      (options.profiles === '*' || options.profiles.includes(profile)) &&
      room.of(profile) > 0,
  )
  const { globalLimit, profileLimits } = options
  const isLimited = globalLimit !== null || Object.keys(profileLimits).length > 0
  const picked: Picked = { ids: [], isCut: false, isLimited }
  const folders = new Set<string>()
  for (const priority of [...new Set(groups.map((group) => group.priority))].toSorted(
    (a, b) => b - a,
  )) {
    const candidates: Candidate[] = []
    for (const group of groups.filter((one) => one.priority === priority)) {
      const paths = toPaths(group)
      candidates.push(...(await listReady(reader, group, { options, paths, limit: room.all() })))
    }
    for (const one of candidates.toSorted(byAge)) {
      if (room.all() <= 0) return picked
      if (room.of(one.profile) <= 0) continue
      if (one.workspace_lock !== null && folders.has(one.workspace_lock)) {
        picked.isCut = true
        continue
      }
      if (one.workspace_lock !== null) {
        folders.add(one.workspace_lock)
        picked.isLimited = true
      }
      room.take(one.profile)
      picked.ids.push(one.id)
    }
  }
  return picked
}

function byAge(a: Candidate, b: Candidate): number {
  return (a.ready_at ?? 0) - (b.ready_at ?? 0) || (a.id < b.id ? -1 : 1)
}

/** The folders of which this worker serves path workspaces; null: any. */
function toPaths({ paths }: Group): string[] | null {
  const folders: string[] = JSON.parse(paths ?? '["*"]')
  return folders.includes('*') ? null : folders
}
