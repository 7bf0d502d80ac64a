import type { ServiceContext } from '../context.ts'
import type { Profile } from '../contract/profile.ts'
import { profileNotFound } from './not-found.ts'

/** The profile with this name. @throws not_found with the names that there are */
export function findProfile(context: ServiceContext, name: string): Profile {
  const profile = profileIfKnown(context, name)
  if (profile === undefined) {
    throw profileNotFound(name, Object.keys(context.configuration().profiles))
  }
  return profile
}

/** The same for what only shows a session: its profile may have gone from the configuration. */
export function profileIfKnown(context: ServiceContext, name: string): Profile | undefined {
  const { profiles } = context.configuration()
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined
}
