import type { CallOptions, Page, PageOptions } from '../service/contract/hostler.ts'
import type { Connection } from './connection.ts'
import type { Query } from './query.ts'

/** The few forms that most calls have. */
export type Caller = {
  get: <T>(path: string, options?: CallOptions) => Promise<T>
  post: <T>(path: string, body: object, options?: CallOptions) => Promise<T>
  patch: <T>(path: string, body: object, options?: CallOptions) => Promise<T>
  del: <T>(path: string, options?: CallOptions) => Promise<T>
  list: <T>(path: string, query: Query, page?: PageOptions) => Promise<Page<T>>
  /** A list that has no pages. */
  all: <T>(path: string, options?: CallOptions) => Promise<T[]>
}

export function caller(connection: Connection): Caller {
  return {
    get: (path, options) => connection.json({ path, signal: options?.signal }),
    post: (path, body, options) =>
      connection.json({ method: 'POST', path, body, signal: options?.signal }),
    patch: (path, body, options) =>
      connection.json({ method: 'PATCH', path, body, signal: options?.signal }),
    del: (path, options) => connection.json({ method: 'DELETE', path, signal: options?.signal }),
    list(path, query, { cursor, limit, signal } = {}) {
      return connection.json({ path, query: { ...query, cursor, limit }, signal })
    },
    async all<T>(path: string, options?: CallOptions) {
      const page = await connection.json<Page<T>>({ path, signal: options?.signal })
      return page.items
    },
  }
}
