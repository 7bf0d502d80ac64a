import { hostlerError } from '../../errors.ts'
import type { Configuration } from '../contract/configuration.ts'
import type { Profile } from '../contract/profile.ts'
import { checkConfiguration } from './check-configuration.ts'
import { checkProfile } from './check-profile.ts'
import { ConfigProblem, fieldName, schemaProblem } from './config-problem.ts'
import { configurationSchema, type WrittenConfiguration } from './configuration-schema.ts'
import { extendProfiles } from './extend-profiles.ts'
import { defaultLimits, readMachine, type Machine } from './machine.ts'
import { resolvePaths } from './paths.ts'
import { profileDefaults } from './profile-defaults.ts'
import { resolveReferences } from './references.ts'
import { withoutEmptySections } from './without-empty-sections.ts'

export type ParseContext = {
  /** What relative paths are seen from. */
  baseDir: string
  env: Readonly<Record<string, string | undefined>>
  /** Where the data is, unless the configuration says so. */
  dataDir: string
  /** Instead of what is written: a flag or a variable names it. */
  database?: string | null
  isRoot?: boolean
  machine?: Machine
  /** Names a place for an error: `hostler.yaml:12:5`. */
  locate?: (path: readonly PropertyKey[]) => string
}

/**
 * Reads what `hostler.yaml` holds, references resolved, profiles complete and defaults filled in. The
 * error names the key, what it has and what would be right; secrets are not shown.
 * @throws HostlerError `config_invalid`
 */
export function parseConfiguration(input: unknown, context: ParseContext): Configuration {
  const { locate = () => 'configuration' } = context
  try {
    return parse(input, context)
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error
    const { path, problem, cure } = error
    const field = fieldName(path)
    const said = field === '' ? problem : `${field}: ${problem}`
    throw hostlerError('config_invalid', { path: locate(path), problem: said, cure, field })
  }
}

function parse(input: unknown, context: ParseContext): Configuration {
  const resolved = resolveReferences(withoutEmptySections(input), context)
  const { database: named = null } = context
  const parsed = configurationSchema.safeParse(resolved)
  if (!parsed.success) throw schemaProblem(resolved, parsed.error.issues)
  const { data } = parsed
  const written = resolvePaths({ ...data, database: named ?? data.database }, context)
  const profiles = completeProfiles(written)
  const { isRoot = process.getuid?.() === 0, env } = context
  for (const profile of Object.values(profiles)) checkProfile(profile, { isRoot, env })
  const configuration = fillIn(written, profiles, context)
  checkConfiguration(configuration)
  return configuration
}

function completeProfiles(written: WrittenConfiguration): Record<string, Profile> {
  const extended = extendProfiles({ default: {}, ...written.profiles })
  return Object.fromEntries(
    Object.entries(extended).map(([name, profile]) => [
      name,
      { name, ...profileDefaults, ...profile },
    ]),
  )
}

function fillIn(
  written: WrittenConfiguration,
  profiles: Record<string, Profile>,
  { dataDir, machine = readMachine() }: ParseContext,
): Configuration {
  const { perWorker, minFreeMemoryBytes, maxWarmMemoryBytes } = defaultLimits(machine)
  const { database, workspaces, limits, agents, worker } = written
  const ownPaths = Object.values(profiles).flatMap(({ workspace }) =>
    workspace !== undefined && 'path' in workspace ? [workspace.path] : [],
  )
  const declared = [...new Set([...workspaces.roots, ...ownPaths])]
  return {
    ...written,
    dataDir: written.dataDir ?? dataDir,
    profiles,
    limits: { perWorker, minFreeMemoryBytes, ...limits },
    agents: { maxWarmMemoryBytes, ...agents },
    worker: { paths: database === null ? '*' : declared, ...worker },
  }
}
