import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What hostler takes from its environment. */
export type Config = {
  /** What agents inherit from, by an allow-list. */
  env: Environment
  /** Where agents keep their folders, unless an option names another place. */
  dataDir: string
  /** The same, when the environment names it. */
  namedDataDir: string | null
  /** The configuration file that the environment names. */
  namedConfig: string | null
  /** Where the user keeps configurations. */
  configHome: string
  /** The folder in which the user's own `.claude` is. */
  home: string
  /** Where the CLI keeps its conversations. */
  claudeDir: string
  /** A PostgreSQL URL that the environment names. */
  databaseUrl: string | null
  /** Where commands look for `hostler serve`. */
  serverUrl: string
  /** What lets them in. */
  serverToken: string | null
  /** Whether a stream is to get colours. Source: no-color.org. */
  usesColour(stream: { isTTY?: boolean }): boolean
}

/** The one reader of the environment. */
export function readConfig(env: Environment = process.env): Config {
  const home = notEmpty(env['HOME']) ?? homedir()
  return {
    env,
    home,
    claudeDir: notEmpty(env['CLAUDE_CONFIG_DIR']) ?? join(home, '.claude'),
    dataDir: namedDataDir(env) ?? defaultDataDir(env, home),
    namedDataDir: namedDataDir(env),
    namedConfig: notEmpty(env['HOSTLER_CONFIG']),
    configHome: xdgDir(env, 'XDG_CONFIG_HOME') ?? join(home, '.config'),
    databaseUrl: notEmpty(env['HOSTLER_DATABASE_URL']),
    serverUrl: notEmpty(env['HOSTLER_URL']) ?? 'http://127.0.0.1:7717',
    serverToken: notEmpty(env['HOSTLER_TOKEN']),
    usesColour: ({ isTTY }) =>
      isTTY === true && notEmpty(env['NO_COLOR']) === null && env['TERM'] !== 'dumb',
  }
}

/** The data folder: the option, `HOSTLER_DATA_DIR`, `XDG_DATA_HOME/hostler`, `~/.local/share/hostler`. */
export function resolveDataDir(option: string | undefined, config: Config): string {
  return option === undefined ? config.dataDir : resolve(option)
}

function namedDataDir(env: Environment): string | null {
  const named = notEmpty(env['HOSTLER_DATA_DIR'])
  return named === null ? null : resolve(named)
}

function defaultDataDir(env: Environment, home: string): string {
  return join(xdgDir(env, 'XDG_DATA_HOME') ?? join(home, '.local', 'share'), 'hostler')
}

// The XDG specification has relative paths ignored.
function xdgDir(env: Environment, name: string): string | null {
  const dir = notEmpty(env[name])
  return dir !== null && isAbsolute(dir) ? dir : null
}

function notEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value
}
