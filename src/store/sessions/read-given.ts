import type { Reader } from '../reader.ts'
import type { SessionRow } from '../tables.ts'
import type { Store } from '../store.ts'

/** What humans have given a session: rules, and until when all is allowed, if that is not over. */
export async function readGiven(
  store: Pick<Store, 'db' | 'now'>,
  sessionId: string,
): Promise<Pick<SessionRow, 'granted_rules' | 'bypass_until'>> {
  const row = await store.db
    .selectFrom('sessions')
    .select(['granted_rules', 'bypass_until'])
    .select(store.now().as('now'))
    .where('id', '=', sessionId)
    .executeTakeFirst()
  const { granted_rules = null, bypass_until: until = null, now = 0 } = row ?? {}
  return { granted_rules, bypass_until: until !== null && until > now ? until : null }
}

/** What was decided without a human in a run: JSON of the events' data, oldest first. */
export async function decisionsOf(
  reader: Reader,
  { sessionId, runId }: { sessionId: string; runId: string },
): Promise<string[]> {
  const rows = await reader.db
    .selectFrom('events')
    .select('data')
    .where('session_id', '=', sessionId)
    .where('run_id', '=', runId)
    .where('type', '=', 'permission_decided')
    .orderBy('seq')
    .execute()
  return rows.map(({ data }) => data)
}
