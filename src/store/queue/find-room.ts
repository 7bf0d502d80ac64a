import { sql } from 'kysely'
import type { PickOptions, QueueReader } from './pick-sessions.ts'

/** How many more sessions may get a holder. */
export type Room = { all(): number; of(profile: string): number; take(profile: string): void }

/** What the limits leave. Those who claim do so one after another, so that this stays true. */
export async function findRoom(reader: QueueReader, options: PickOptions): Promise<Room> {
  const { limit, globalLimit, profileLimits } = options
  const isLimited = globalLimit !== null || Object.keys(profileLimits).length > 0
  const held = isLimited ? await countHeld(reader) : []
  const counts = new Map<string, number>()
  for (const { profile, count } of held) counts.set(profile, (counts.get(profile) ?? 0) + count)
  const sum = held.reduce((all, { count }) => all + count, 0)
  let left = Math.min(limit, (globalLimit ?? Infinity) - sum)
  return {
    all: () => left,
    of: (profile) =>
      Math.min(left, (profileLimits[profile] ?? Infinity) - (counts.get(profile) ?? 0)),
    take(profile) {
      left -= 1
      counts.set(profile, (counts.get(profile) ?? 0) + 1)
    },
  }
}

/**
 * Sessions that have a holder, by holder and profile: by a seek in the index for each pair. Asked to
 * count all of them, PostgreSQL reads the whole table when its statistics are not of today.
 */
async function countHeld({ db }: QueueReader): Promise<{ profile: string; count: number }[]> {
  const { rows } = await sql<{ profile: string; count: number }>`
    with recursive heads (id) as (
      select (
        select id from sessions where owner is not null order by owner, profile limit 1)
      union all
      select coalesce(
        (select id from sessions
          where owner is not null and owner = head.owner and profile > head.profile
          order by profile limit 1),
        (select id from sessions
          where owner is not null and owner > head.owner
          order by owner, profile limit 1))
      from heads join sessions as head on head.id = heads.id
    )
    select head.profile, (
      select count(*) from sessions
      where owner is not null and owner = head.owner and profile = head.profile) as count
    from heads join sessions as head on head.id = heads.id`.execute(db)
  return rows
}
