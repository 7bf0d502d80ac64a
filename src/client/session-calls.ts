import type { Hostler } from '../service/contract/hostler.ts'
import type { Connection } from './connection.ts'
import { toLabelQuery } from './query.ts'
import { sessionEvents } from './session-events.ts'
import { caller } from './typed-calls.ts'

export function sessionCalls(
  connection: Connection,
  onReconnect: ((problem: string) => void) | undefined,
): Hostler['sessions'] {
  const { get, post, patch, del, list } = caller(connection)
  return {
    create: (session, call) => post('/v1/sessions', session, call),
    get: (id, call) => get(pathOf(id), call),
    list(filter = {}, page) {
      const { labels, ...rest } = filter
      return list('/v1/sessions', { ...rest, label: toLabelQuery(labels) }, page)
    },
    configure: (id, change, call) => patch(pathOf(id), change, call),
    fork: (id, fork = {}, call) => post(`${pathOf(id)}/fork`, fork, call),
    archive: (id, call) => post(`${pathOf(id)}/archive`, {}, call),
    delete: (id, call) => del(pathOf(id), call),
    events: (id, options = {}) =>
      sessionEvents(connection, `${pathOf(id)}/events`, { ...options, onReconnect }),
  }
}

/** Keys have slashes and colons in them. */
function pathOf(id: string): string {
  return `/v1/sessions/${encodeURIComponent(id)}`
}
