import { sql } from 'kysely'
import type { QueueReader } from './pick-sessions.ts'

/** Sessions that stand in one line. */
export type Group = {
  pool: string
  profile: string
  priority: number
  /** JSON: the folders of which the worker serves path workspaces; null for a worker that is not known. */
  paths: string | null
}

/**
 * The (pool, profile, priority) of all sessions that wait, by one seek in the index for each: within
 * one group the index has those that are ready first, so that neither parked sessions nor a profile at
 * its limit, however many, are walked through to find another's.
 */
export async function listGroups({ db }: QueueReader, workerId: string): Promise<Group[]> {
  const { rows } = await sql<Group>`
    with recursive heads (id) as (
      select (
        select id from sessions where owner is null and ready_at is not null
        order by pool, profile, priority limit 1)
      union all
      select coalesce(
        (select id from sessions
          where owner is null and ready_at is not null
            and pool = head.pool and profile = head.profile and priority > head.priority
          order by priority limit 1),
        (select id from sessions
          where owner is null and ready_at is not null
            and pool = head.pool and profile > head.profile
          order by profile, priority limit 1),
        (select id from sessions
          where owner is null and ready_at is not null and pool > head.pool
          order by pool, profile, priority limit 1))
      from heads join sessions as head on head.id = heads.id
    )
    select sessions.pool, sessions.profile, sessions.priority,
      (select paths from workers where id = ${workerId}) as paths
    from heads join sessions on sessions.id = heads.id`.execute(db)
  return rows
}
