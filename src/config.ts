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
  /** The folder in which the user's own `.claude` is. */
  home: string
  /** Where the CLI keeps its conversations. */
  claudeDir: string
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
    dataDir: defaultDataDir(env, home),
    usesColour: ({ isTTY }) =>
      isTTY === true && notEmpty(env['NO_COLOR']) === null && env['TERM'] !== 'dumb',
  }
}

/** The data folder: the option, `HOSTLER_DATA_DIR`, `XDG_DATA_HOME/hostler`, `~/.local/share/hostler`. */
export function resolveDataDir(option: string | undefined, config: Config): string {
  return option === undefined ? config.dataDir : resolve(option)
}

function defaultDataDir(env: Environment, home: string): string {
  const named = notEmpty(env['HOSTLER_DATA_DIR'])
  if (named !== null) return resolve(named)
  const xdg = notEmpty(env['XDG_DATA_HOME'])
  // The XDG specification has relative paths ignored.
  if (xdg !== null && isAbsolute(xdg)) return join(xdg, 'hostler')
  return join(home, '.local', 'share', 'hostler')
}

function notEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value
}
