import { hostlerError } from '../../errors.ts'
import { suggest } from '../../util/suggest.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { Profile } from '../contract/profile.ts'

/** The profile of that name. @throws not_found */
export function profileOf(configuration: Configuration, name: string): Profile {
  const found = configuration.profiles[name]
  if (found !== undefined) return found
  const names = Object.keys(configuration.profiles)
  const near = suggest(name, names)
  const cure = near === null ? `there are: ${names.join(', ')}` : `did you mean "${near}"?`
  throw hostlerError('not_found', { what: 'profile', id: name, cure })
}
