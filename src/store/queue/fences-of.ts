import type { Reader } from '../reader.ts'

/** Who has these sessions, and under which fence: to see whether another worker had one meanwhile. */
export async function fencesOf(
  store: Reader,
  sessionIds: readonly string[],
): Promise<Map<string, { fence: number; owner: string | null }>> {
  if (sessionIds.length === 0) return new Map()
  const rows = await store.db
    .selectFrom('sessions')
    .select(['id', 'fence', 'owner'])
    .where('id', 'in', sessionIds)
    .execute()
  return new Map(rows.map(({ id, fence, owner }) => [id, { fence, owner }]))
}
