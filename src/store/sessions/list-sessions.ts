import type { ExpressionBuilder, Expression, SqlBool } from 'kysely'
import { defaultPageSize, parseCursor, toPage, type PageOf, type PageQuery } from '../page.ts'
import type { Reader } from '../reader.ts'
import type { DialectName } from '../store.ts'
import type { SessionRow, Tables } from '../tables.ts'
import { hasLabel, holdsWord, toJsonWord, toSearchWords } from '../text-match.ts'

/** Which sessions a list has: those for which all of it is true. */
export type SessionQuery = {
  /** Words that its key, title, labels or prompts hold: each of them somewhere, whatever the case. */
  search?: string | undefined
  state?: SessionRow['state'] | undefined
  profile?: string | undefined
  parentId?: string | undefined
  labels?: Record<string, string> | undefined
  /** Whether it has a run under way or in the queue. */
  busy?: boolean | undefined
}

/** A page of sessions, newest first. */
export async function listSessions(
  store: Reader,
  query: SessionQuery = {},
  page: PageQuery = {},
): Promise<PageOf<SessionRow>> {
  const after = parseCursor(page.cursor)
  const limit = page.limit ?? defaultPageSize
  const rows = await store.db
    .selectFrom('sessions')
    .selectAll()
    .where((eb) => eb.and(conditions(eb, { ...query, dialect: store.dialect })))
    .$if(after !== null, (list) => list.where('id', '<', after))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute()
  return toPage(rows, limit)
}

function conditions(
  eb: ExpressionBuilder<Tables, 'sessions'>,
  query: SessionQuery & { dialect: DialectName },
): Expression<SqlBool>[] {
  const { state, profile, parentId, busy } = query
  const found: Expression<SqlBool>[] = []
  if (state !== undefined) found.push(eb('state', '=', state))
  if (profile !== undefined) found.push(eb('profile', '=', profile))
  if (parentId !== undefined) found.push(eb('parent_id', '=', parentId))
  if (busy !== undefined) found.push(busy ? hasOpenRun(eb) : eb.not(hasOpenRun(eb)))
  for (const [name, value] of Object.entries(query.labels ?? {})) {
    found.push(hasLabel(eb.ref('labels'), { name, value }))
  }
  for (const word of toSearchWords(query.search ?? ''))
    found.push(isFound(eb, { word, dialect: query.dialect }))
  return found
}

function hasOpenRun(eb: ExpressionBuilder<Tables, 'sessions'>): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('runs')
      .select('runs.id')
      .whereRef('runs.session_id', '=', 'sessions.id')
      .where('runs.state', 'in', ['queued', 'running', 'waiting']),
  )
}

function isFound(
  eb: ExpressionBuilder<Tables, 'sessions'>,
  by: { word: string; dialect: DialectName },
): Expression<SqlBool> {
  return eb.or([
    holdsWord(eb.ref('key'), by),
    holdsWord(eb.ref('title'), by),
    holdsWord(eb.ref('labels'), { ...by, word: toJsonWord(by.word) }),
    eb.exists(
      eb
        .selectFrom('runs')
        .select('runs.id')
        .whereRef('runs.session_id', '=', 'sessions.id')
        .where((run) => holdsWord(run.ref('runs.prompt_text'), by)),
    ),
  ])
}
