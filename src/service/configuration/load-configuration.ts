import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hostlerError } from '../../errors.ts'
import { isErrno } from '../../util/is-errno.ts'
import type { Configuration } from '../contract/configuration.ts'
import { parseConfiguration } from './parse-configuration.ts'
import { readYaml, type ReadYaml } from './read-yaml.ts'
import { secretsOf } from './secrets-of.ts'

/** What is taken from the environment; `Config` of src/config.ts has it. */
export type ConfigurationPlace = {
  env: Readonly<Record<string, string | undefined>>
  /** The data folder when nobody names another. */
  dataDir: string
  /** `HOSTLER_DATA_DIR`. */
  namedDataDir: string | null
  /** `HOSTLER_CONFIG`. */
  namedConfig: string | null
  /** `HOSTLER_DATABASE_URL`. */
  databaseUrl: string | null
  /** `XDG_CONFIG_HOME`, or `~/.config`. */
  configHome: string
}

export type LoadedConfiguration = {
  configuration: Configuration
  /** The file it was read from; null when there is none, and all is as by default. */
  path: string | null
  /** What is not wrong, but should be known. */
  warnings: string[]
}

/**
 * Finds and reads the configuration: `path`, else `HOSTLER_CONFIG`, `<data dir>/hostler.yaml`,
 * `<config home>/hostler/hostler.yaml`, else the defaults. `dataDir` and `database`, and what the
 * environment has of them, come before what is written.
 * @throws HostlerError `config_invalid`
 */
export function loadConfiguration(options: {
  path?: string | undefined
  dataDir?: string | undefined
  database?: string | undefined
  config: ConfigurationPlace
}): LoadedConfiguration {
  const { config } = options
  const named = options.dataDir === undefined ? config.namedDataDir : resolve(options.dataDir)
  const found = findFile(options.path, { config, dataDir: named ?? config.dataDir })
  const { value, locate }: ReadYaml =
    found === null
      ? { value: {}, locate: () => 'configuration' }
      : readYaml(found.text, { name: found.path })
  const parsed = parseConfiguration(value, {
    baseDir: found === null ? config.dataDir : dirname(found.path),
    env: config.env,
    dataDir: config.dataDir,
    database: options.database ?? config.databaseUrl,
    locate,
  })
  const configuration = named === null ? parsed : { ...parsed, dataDir: named }
  if (found === null) return { configuration, path: null, warnings: [] }
  return { configuration, path: found.path, warnings: warningsOf(found, configuration) }
}

type FoundFile = { path: string; text: string }

function findFile(
  path: string | undefined,
  { config, dataDir }: { config: ConfigurationPlace; dataDir: string },
): FoundFile | null {
  const named = path ?? config.namedConfig
  if (named !== null) {
    const file = resolve(named)
    const text = readFile(file)
    if (text !== null) return { path: file, text }
    const from = path === undefined ? ' (from HOSTLER_CONFIG)' : ''
    const cure = 'hostler init writes one'
    throw hostlerError('config_invalid', {
      path: `${file}${from}`,
      problem: 'does not exist',
      cure,
    })
  }
  for (const dir of [dataDir, join(config.configHome, 'hostler')]) {
    const file = join(dir, 'hostler.yaml')
    const text = readFile(file)
    if (text !== null) return { path: file, text }
  }
  return null
}

function readFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ENOTDIR')) return null
    const problem = error instanceof Error ? error.message : String(error)
    const cure = 'name a file that hostler’s user can read'
    throw hostlerError('config_invalid', { path, problem, cure }, { cause: error })
  }
}

/** A secret in a file that others can read; one that is referred to is somewhere else. */
function warningsOf({ path, text }: FoundFile, configuration: Configuration): string[] {
  const isOpen = (statSync(path).mode & 0o077) !== 0
  const isInside = secretsOf(configuration).some((secret) => text.includes(secret))
  if (!isOpen || !isInside) return []
  return [`${path} holds secrets and others can read it; run: chmod 600 ${path}`]
}
