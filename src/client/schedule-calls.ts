import type { Hostler } from '../service/contract/hostler.ts'
import type { Connection } from './connection.ts'
import { caller } from './typed-calls.ts'

export function scheduleCalls(connection: Connection): Hostler['schedules'] {
  const { get, post, patch, del, list } = caller(connection)
  return {
    create: (schedule, call) => post('/v1/schedules', schedule, call),
    get: (id, call) => get(pathOf(id), call),
    list: (filter, page) => list('/v1/schedules', { ...filter }, page),
    update: (id, change, call) => patch(pathOf(id), change, call),
    delete: (id, call) => del(pathOf(id), call),
    run: (id, call) => post(`${pathOf(id)}/run`, {}, call),
    firings: (id, page) => list(`${pathOf(id)}/firings`, {}, page),
  }
}

/** Names have spaces and slashes in them. */
function pathOf(id: string): string {
  return `/v1/schedules/${encodeURIComponent(id)}`
}
