import type { Reader } from '../reader.ts'

/** Ids in one statement. */
const idsAtOnce = 500

/** How far the logs of these sessions have come. A session that is not there is not in the map. */
export async function lastSeqs(
  store: Reader,
  ids: readonly string[],
): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const rows = await store.db
      .selectFrom('sessions')
      .select(['id', 'last_seq'])
      .where('id', 'in', ids.slice(from, from + idsAtOnce))
      .execute()
    for (const row of rows) found.set(row.id, row.last_seq)
  }
  return found
}
