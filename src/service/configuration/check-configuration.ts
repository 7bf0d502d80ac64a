import { suggest } from '../../util/suggest.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { Profile } from '../contract/profile.ts'
import { ConfigProblem } from './config-problem.ts'
import { widerKey } from './wider-profile.ts'

/**
 * Refuses what contradicts each other.
 * @throws ConfigProblem
 */
export function checkConfiguration({ worker, webhooks, database, profiles }: Configuration): void {
  for (const profile of Object.values(profiles)) checkChildProfiles(profile, profiles)
  const { leaseMs, heartbeatMs } = worker
  if (heartbeatMs * 2 > leaseMs) {
    const problem = `${heartbeatMs} ms is more than half of leaseMs, ${leaseMs} ms: one late heartbeat would lose every session`
    const cure = `give at most ${Math.floor(leaseMs / 2)}, or raise leaseMs`
    throw new ConfigProblem(['worker', 'heartbeatMs'], problem, cure)
  }
  if (database !== null) checkDatabase(database)
  const names = webhooks.map(({ name }) => name)
  const twice = names.findIndex((name, at) => names.indexOf(name) !== at)
  if (twice !== -1) {
    const problem = `"${names[twice]}" is the name of another webhook`
    throw new ConfigProblem(['webhooks', twice, 'name'], problem, 'give each a name of its own')
  }
}

// The URL is not shown: it may have a password in it.
function checkDatabase(database: string): void {
  const isUrl = URL.canParse(database)
  if (isUrl && /^postgres(ql)?:$/.test(new URL(database).protocol)) return
  const problem = isUrl ? 'is not a URL of PostgreSQL' : 'is not a URL'
  const cure = 'give postgres://user@host/hostler, with %XX for odd characters of the password'
  throw new ConfigProblem(['database'], problem, cure)
}

/** A task must not be a way to do more. */
function checkChildProfiles(
  { name, childProfiles = [], ...rest }: Profile,
  profiles: Configuration['profiles'],
): void {
  for (const [at, other] of childProfiles.entries()) {
    const path = ['profiles', name, 'childProfiles', at]
    const child = Object.hasOwn(profiles, other) ? profiles[other] : undefined
    if (child === undefined) {
      const known = Object.keys(profiles)
      const meant = suggest(other, known)
      const cure = meant === null ? `there are ${known.join(', ')}` : `did you mean "${meant}"?`
      throw new ConfigProblem(path, `there is no profile "${other}"`, cure)
    }
    const key = widerKey(child, { name, childProfiles, ...rest })
    if (key === null) continue
    const problem = `"${other}" may do more than "${name}": by its ${key}`
    const cure = `leave it out, or have profiles.${other}.${key} allow no more than profiles.${name} does`
    throw new ConfigProblem(path, problem, cure)
  }
}
