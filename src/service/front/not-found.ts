import { hostlerError } from '../../errors.ts'
import { suggest } from '../../util/suggest.ts'

/** What can be asked for by id. */
export type Named = 'session' | 'run' | 'request' | 'agent' | 'token' | 'delivery' | 'attempt'

/** The error for an id that is not there. */
export function notFound(what: Named, id: string): Error {
  const cure =
    what === 'session' && !id.startsWith('key:')
      ? 'check the id; a session that has a key is found as "key:<key>", too'
      : `check the id; it may have been deleted`
  return hostlerError('not_found', { what, id: id.slice(0, 100), cure })
}

/** The error for a profile that nobody has configured. */
export function profileNotFound(name: string, known: readonly string[]): Error {
  const meant = suggest(name, known)
  const all = known.length === 0 ? 'none is configured' : `there are ${known.join(', ')}`
  const cure = meant === null ? all : `did you mean "${meant}"? (${all})`
  return hostlerError('not_found', { what: 'profile', id: name.slice(0, 100), cure })
}
