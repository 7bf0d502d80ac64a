import { hostlerError } from '../../errors.ts'
import { suggest } from '../../util/suggest.ts'
import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'

/** The profile with this name. @throws not_found with the names that there are */
export function findProfile(context: Pick<ServiceContext, 'configuration'>, name: string): Profile {
  const profile = profileIfKnown(context, name)
  if (profile === undefined) {
    throw profileNotFound(name, Object.keys(context.configuration().profiles))
  }
  return profile
}

/** The same for what only shows a session: its profile may have gone from the configuration. */
export function profileIfKnown(
  context: Pick<ServiceContext, 'configuration'>,
  name: string,
): Profile | undefined {
  const { profiles } = context.configuration()
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined
}

function profileNotFound(name: string, known: readonly string[]): Error {
  const meant = suggest(name, known)
  const all = known.length === 0 ? 'none is configured' : `there are ${known.join(', ')}`
  const cure = meant === null ? all : `did you mean "${meant}"? (${all})`
  return hostlerError('not_found', { what: 'profile', id: name.slice(0, 100), cure })
}
