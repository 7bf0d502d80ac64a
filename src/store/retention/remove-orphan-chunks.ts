import type { Store } from '../store.ts'
import type { ChunksTable } from '../tables.ts'

/** Where the owners of each kind of chunk are. */
const owners = {
  log: 'agents',
  transcript: 'sessions',
  bundle: 'sessions',
  attachment: 'attachments',
} as const satisfies Record<ChunksTable['kind'], string>

/** Kinds of chunks, each with owners of its own. */
export const chunkKinds = ['log', 'transcript', 'bundle', 'attachment'] as const

/**
 * Removes chunks of one kind whose owner is gone: a worker may save a transcript in the moment in which
 * its session is deleted. Only those from before `createdBefore`, as an owner may be written last.
 */
export async function removeOrphanChunks(
  store: Store,
  { kind, createdBefore }: { kind: ChunksTable['kind']; createdBefore: number },
  { limit }: { limit: number },
): Promise<number> {
  const table = owners[kind]
  return await store.transact(async (tx) => {
    const rows = await tx.db
      .selectFrom('chunks')
      .select('owner_id')
      .distinct()
      .where('kind', '=', kind)
      .where('created_at', '<', createdBefore)
      .where('owner_id', 'not in', (eb) => eb.selectFrom(table).select('id'))
      .limit(limit)
      .execute()
    const ids = rows.map((row) => row.owner_id)
    if (ids.length === 0) return 0
    await tx.db.deleteFrom('chunks').where('kind', '=', kind).where('owner_id', 'in', ids).execute()
    return ids.length
  })
}
