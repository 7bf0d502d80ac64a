import { listSessions } from '../../store/sessions/list-sessions.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { sessionFilterSchema } from '../api-schema/session-schema.ts'
import type { Page, PageOptions } from '../contract/hostler.ts'
import type { Session, SessionFilter } from '../contract/session.ts'
import type { Front } from './front.ts'
import { parsePage } from './parse-page.ts'
import { readSessions } from './read-sessions.ts'

/** A page of the sessions that fit, newest first. @throws invalid_input */
export async function findSessions(
  { context }: Front,
  filter: SessionFilter,
  page: PageOptions,
): Promise<Page<Session>> {
  const query = parseInput(sessionFilterSchema, filter, { name: 'filter' })
  const { items, next } = await listSessions(context.store, query, parsePage(page))
  return { items: await readSessions(context, items, { reader: context.store }), next }
}
