import type { PickOptions, QueueReader } from './pick-sessions.ts'

/** How many more sessions may get a holder. */
export type Room = { all(): number; of(profile: string): number; take(profile: string): void }

/** What the limits leave. Those who claim do so one after another, so that this stays true. */
export async function findRoom(reader: QueueReader, options: PickOptions): Promise<Room> {
  const { limit, globalLimit, profileLimits } = options
  const isLimited = globalLimit !== null || Object.keys(profileLimits).length > 0
  const held = isLimited
    ? await reader.db
        .selectFrom('sessions')
        .select((eb) => ['profile', eb.fn.countAll<number>().as('count')])
        .where('owner', 'is not', null)
        .groupBy('profile')
        .execute()
    : []
  const counts = new Map(held.map(({ profile, count }) => [profile, count]))
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
