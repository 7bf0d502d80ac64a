import type { Expression, SqlBool } from 'kysely'
import type { ExpressionBuilder } from 'kysely'
import type { Store } from '../store.ts'
import type { Tables } from '../tables.ts'

/** Whose logs go: of agents that ended before `endedBefore`, in sessions of a profile, or archived ones. */
export type OldLogs = { endedBefore: number; of: { profile: string } | 'archived' }

/** Removes the stored output of `limit` agents at most; how many it was. */
export async function removeOldLogs(
  store: Store,
  { endedBefore, of }: OldLogs,
  { limit }: { limit: number },
): Promise<number> {
  return await store.transact(async (tx) => {
    const rows = await tx.db
      .selectFrom('agents')
      .innerJoin('sessions', 'sessions.id', 'agents.session_id')
      .select('agents.id')
      .where('agents.ended_at', '<', endedBefore)
      .$if(of === 'archived', (query) => query.where('sessions.state', '=', 'archived'))
      .$if(of !== 'archived', (query) =>
        query.where('sessions.profile', '=', of === 'archived' ? '' : of.profile),
      )
      .where((eb) => eb.exists(logOf(eb)))
      .limit(limit)
      .execute()
    const ids = rows.map(({ id }) => id)
    if (ids.length === 0) return 0
    await tx.db
      .deleteFrom('chunks')
      .where('kind', '=', 'log')
      .where('owner_id', 'in', ids)
      .execute()
    return ids.length
  })
}

/** Removes the rows of agents that ended before `endedBefore` and have no log left; how many it was. */
export async function removeEndedAgents(
  store: Store,
  { endedBefore }: { endedBefore: number },
  { limit }: { limit: number },
): Promise<number> {
  return await store.transact(async (tx) => {
    const gone = await tx.db
      .deleteFrom('agents')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('agents')
          .select('agents.id')
          .where('ended_at', '<', endedBefore)
          .where((eb) => eb.not(eb.exists(logOf(eb))))
          .limit(limit),
      )
      .executeTakeFirst()
    return Number(gone.numDeletedRows)
  })
}

function logOf(eb: ExpressionBuilder<Tables, 'agents'>): Expression<SqlBool> {
  return eb
    .selectFrom('chunks')
    .select('chunks.bytes')
    .where('chunks.kind', '=', 'log')
    .whereRef('chunks.owner_id', '=', 'agents.id')
    .$castTo<SqlBool>()
}
