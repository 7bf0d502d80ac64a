import { didYouMean } from '../../util/suggest.ts'
import { ConfigProblem } from './config-problem.ts'
import type { WrittenProfile } from './profile-schema.ts'

type Profiles = Readonly<Record<string, WrittenProfile>>

/**
 * Each profile with what it takes over. A key of its own replaces the other's as a whole: what a list
 * of tools allows is to be seen in one place.
 * @throws ConfigProblem
 */
export function extendProfiles(profiles: Profiles): Record<string, WrittenProfile> {
  return Object.fromEntries(
    Object.keys(profiles).map((name) => [name, complete(name, profiles, [])]),
  )
}

function complete(
  name: string,
  profiles: Profiles,
  children: readonly string[],
): Omit<WrittenProfile, 'extends'> {
  const { extends: parent, ...own } = profiles[name] ?? {}
  if (parent === undefined) return own
  const path = ['profiles', name, 'extends']
  const chain = [...children, name]
  if (!Object.hasOwn(profiles, parent)) {
    const meant = didYouMean(parent, Object.keys(profiles))
    throw new ConfigProblem(path, `there is no profile "${parent}"`, `name one of these${meant}`)
  }
  if (chain.includes(parent)) {
    const circle = [...chain.slice(chain.indexOf(parent)), parent].join(' → ')
    throw new ConfigProblem(path, `goes round in a circle: ${circle}`, 'take one of them out')
  }
  return { ...complete(parent, profiles, chain), ...own }
}
