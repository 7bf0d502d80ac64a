import { type Config, readConfig } from './config.ts'
import { createLog, type Log } from './log.ts'
import { loadConfiguration } from './service/configuration/load-configuration.ts'
import { parseConfiguration } from './service/configuration/parse-configuration.ts'
import type { Configuration } from './service/contract/configuration.ts'
import type { Hostler } from './service/contract/hostler.ts'
import { secretsOf } from './service/configuration/secrets-of.ts'
import { startService, type StopOptions } from './service/start-service.ts'

/** How hostler is opened in a program of one's own. */
export type OpenOptions = {
  /** The keys of `hostler.yaml`, as an object. Default: the file, where `hostler serve` looks for it. */
  configuration?: Record<string, unknown>
  /** Comes before what the configuration says. */
  dataDir?: string
  /** Whether this process runs agents. With PostgreSQL others can. Default true. */
  worker?: boolean
  /** Default: warnings and errors, in one line each, on standard error. */
  log?: Log
  /** What agents inherit from, by an allow-list. Default: this process's. */
  env?: Readonly<Record<string, string | undefined>>
  signal?: AbortSignal
}

/** Hostler in this process. */
export type OpenedHostler = Hostler & {
  readonly configuration: Configuration
  /** Ends it: what is under way is left to go on, or waited for, as configured or as said here. */
  close(options?: StopOptions): Promise<void>
}

/**
 * Opens hostler in this process: durable sessions, a queue, streams and recovery, without a daemon. One
 * process at a time may have a data directory.
 * @throws config_invalid, data_dir_locked, database_newer, database_unavailable
 */
export async function openHostler(options: OpenOptions = {}): Promise<OpenedHostler> {
  return await openHostlerAt(options)
}

/** The same with simulated time, for tests: `clock` tells epoch milliseconds. Not published. */
export async function openHostlerAt(
  options: OpenOptions & { clock?: () => number },
): Promise<OpenedHostler> {
  const { clock, signal, worker: hasWorker = true } = options
  const config = readConfig(options.env)
  const configuration = readConfiguration(options, config)
  const log =
    options.log ??
    createLog({
      level: 'warn',
      format: 'text',
      destination: process.stderr,
      secrets: () => secretsOf(configuration),
    })
  const service = await startService(configuration, {
    env: config.env,
    log,
    program: 'openHostler',
    hasWorker,
    ...(clock === undefined ? {} : { clock }),
    ...(signal === undefined ? {} : { signal }),
  })
  const close = (how?: StopOptions): Promise<void> => service.stop(how)
  return {
    ...service.front('local'),
    configuration,
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

function readConfiguration({ configuration, dataDir }: OpenOptions, config: Config): Configuration {
  if (configuration === undefined) {
    return loadConfiguration({ ...(dataDir === undefined ? {} : { dataDir }), config })
      .configuration
  }
  return parseConfiguration(dataDir === undefined ? configuration : { ...configuration, dataDir }, {
    baseDir: process.cwd(),
    env: config.env,
    dataDir: config.dataDir,
  })
}
