import { hostlerError } from '../../errors.ts'

/** What can be asked for by id. */
export type Named =
  | 'session'
  | 'run'
  | 'request'
  | 'schedule'
  | 'account'
  | 'agent'
  | 'token'
  | 'delivery'
  | 'attempt'

/** The error for an id that is not there. */
export function notFound(what: Named, id: string): Error {
  const cure =
    what === 'session' && !id.startsWith('key:')
      ? 'check the id; a session that has a key is found as "key:<key>", too'
      : `check the id; it may have been deleted`
  return hostlerError('not_found', { what, id: id.slice(0, 100), cure })
}
