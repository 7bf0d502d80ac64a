import type { Reader } from '../reader.ts'

/** How many runs have not ended, counted up to `limit`: nobody needs to know how many more there are. */
export async function countOpen(store: Reader, { limit }: { limit: number }): Promise<number> {
  const { count } = await store.db
    .selectFrom((eb) =>
      eb
        .selectFrom('runs')
        .select('id')
        .where('state', 'in', ['queued', 'running', 'waiting'])
        .limit(limit)
        .as('open'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}
