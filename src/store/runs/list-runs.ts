import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from '../page.ts'
import type { Reader } from '../reader.ts'
import type { RunRow, Tables } from '../tables.ts'
import { hasLabel } from '../text-match.ts'

/** Which runs a list has: those for which all of it is true. Times are epoch milliseconds. */
export type RunQuery = {
  sessionId?: string | undefined
  state?: readonly RunRow['state'][] | undefined
  outcome?: readonly string[] | undefined
  profile?: string | undefined
  labels?: Record<string, string> | undefined
  parentRunId?: string | undefined
  createdAfter?: number | undefined
  createdBefore?: number | undefined
}

/** A page of runs, newest first. */
export async function listRuns(
  store: Reader,
  query: RunQuery = {},
  page: PageQuery = {},
): Promise<PageOf<RunRow>> {
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  const rows = await store.db
    .selectFrom('runs')
    .selectAll()
    .where((eb) => eb.and(conditions(eb, query)))
    .$if(after !== null, (list) => list.where('id', '<', after))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}

function conditions(eb: ExpressionBuilder<Tables, 'runs'>, query: RunQuery): Expression<SqlBool>[] {
  const { sessionId, state, outcome, profile, parentRunId, createdAfter, createdBefore } = query
  const found: Expression<SqlBool>[] = []
  if (sessionId !== undefined) found.push(eb('session_id', '=', sessionId))
  if (state !== undefined) found.push(isOneOf(eb, { column: 'state', values: state }))
  if (outcome !== undefined) found.push(isOneOf(eb, { column: 'outcome', values: outcome }))
  if (parentRunId !== undefined) found.push(eb('parent_run_id', '=', parentRunId))
  if (createdAfter !== undefined) found.push(eb('created_at', '>', createdAfter))
  if (createdBefore !== undefined) found.push(eb('created_at', '<', createdBefore))
  if (profile !== undefined) {
    const sessions = eb.selectFrom('sessions').select('sessions.id').where('profile', '=', profile)
    found.push(eb('session_id', 'in', sessions))
  }
  for (const [name, value] of Object.entries(query.labels ?? {})) {
    found.push(hasLabel(eb.ref('labels'), { name, value }))
  }
  return found
}

/** PostgreSQL does not read `in ()`. */
function isOneOf(
  eb: ExpressionBuilder<Tables, 'runs'>,
  { column, values }: { column: 'state' | 'outcome'; values: readonly string[] },
): Expression<SqlBool> {
  return values.length === 0 ? eb.lit(false) : eb(column, 'in', values)
}
