import { listRequests } from '../../store/requests.ts'
import { getSession, getSessions } from '../../store/sessions/get-session.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import { requestFilterSchema } from '../api-schema/request-schema.ts'
import type { Hostler, Page, PageOptions } from '../contract/hostler.ts'
import type { RequestFilter, StoredRequest } from '../contract/request.ts'
import { answerRequest } from './answer-request.ts'
import { findRequest } from './find-request.ts'
import type { Front } from './front.ts'
import { parsePage } from './parse-page.ts'
import { toRequest } from './to-request.ts'

/** What can be done with requests. */
export function requestMethods(front: Front): Hostler['requests'] {
  const { store } = front.context
  return {
    list: (filter = {}, page = {}) => findRequests(front, filter, page),
    get: async (id, { signal } = {}) => {
      signal?.throwIfAborted()
      const row = await findRequest(store, id)
      return toRequest(row, (await getSession(store, row.session_id))?.key ?? null)
    },
    answer: (id, answer, options) => answerRequest(front, id, { answer, ...options }),
  }
}

async function findRequests(
  { context: { store } }: Front,
  filter: RequestFilter,
  page: PageOptions,
): Promise<Page<StoredRequest>> {
  const query = parseInput(requestFilterSchema, filter, { name: 'filter' })
  const { items, next } = await listRequests(store, query, parsePage(page))
  const sessions = await getSessions(store, [...new Set(items.map((row) => row.session_id))])
  return {
    items: items.map((row) => toRequest(row, sessions.get(row.session_id)?.key ?? null)),
    next,
  }
}
