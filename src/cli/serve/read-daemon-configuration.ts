import { loadConfiguration } from '../../service/configuration/load-configuration.ts'
import type { Configuration } from '../../service/contract/configuration.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import type { ServeFlags } from './daemon-flags.ts'

/** Reads the configuration anew; what the flags say comes before what it says. */
export function readDaemonConfiguration(
  flags: ServeFlags,
  io: Io,
): { configuration: Configuration; path: string | null; warnings: string[] } {
  const { config } = io
  const { config: path, dataDir, databaseUrl: database } = flags
  const loaded = loadConfiguration({ path, dataDir, database, config })
  const { configuration } = loaded
  const { server } = configuration
  return {
    ...loaded,
    configuration: {
      ...configuration,
      server: {
        ...server,
        ...(flags.host === undefined ? {} : { host: flags.host }),
        ...(flags.port === undefined ? {} : { port: parsePort(flags.port) }),
      },
    },
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw usageError(
    `--port: "${text}" is not a port`,
    'give a number from 0 (any free one) to 65535',
  )
}
