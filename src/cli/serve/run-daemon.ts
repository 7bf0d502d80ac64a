import { createLog, type RootLog } from '../../log.ts'
import { type Daemon, type DaemonKind, startDaemon } from '../../main.ts'
import {
  diffConfiguration,
  withLiveChanges,
} from '../../service/configuration/diff-configuration.ts'
import { secretsOf } from '../../service/configuration/secrets-of.ts'
import type { Configuration } from '../../service/contract/configuration.ts'
import { toError } from '../../util/to-error.ts'
import { readVersion } from '../../version.ts'
import type { Io } from '../io.ts'
import { usageError } from '../usage-error.ts'
import type { ServeFlags } from './daemon-flags.ts'
import { readDaemonConfiguration } from './read-daemon-configuration.ts'

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP'

/** Runs until it is told to stop. @throws what startDaemon throws */
export async function runDaemon(kind: DaemonKind, flags: ServeFlags, io: Io): Promise<void> {
  const { configuration, path, warnings } = readDaemonConfiguration(flags, io)
  if (kind !== 'serve' && configuration.database === null) {
    throw usageError(
      `--database-url: "hostler ${kind === 'api' ? 'serve --no-worker' : kind}" shares its work with others, and a file cannot`,
      'give the URL of a PostgreSQL database, or run: hostler serve',
    )
  }
  let current = configuration
  const { level, format } = configuration.log
  const log = createLog({
    level,
    format,
    destination: io.stderr,
    secrets: () => secretsOf(current),
  })
  for (const warning of warnings) log.warn(warning)

  const stopping = Promise.withResolvers<Signal>()
  const forced = Promise.withResolvers<Signal>()
  const starting = new AbortController()
  let daemon: Daemon | null = null
  function onStop(signal: Signal): void {
    // A second signal says that somebody does not want to wait.
    if (starting.signal.aborted) forced.resolve(signal)
    starting.abort(new Error(`stopped by ${signal}`))
    stopping.resolve(signal)
  }
  function onHangup(): void {
    if (daemon === null) return
    current = reload(daemon, { flags, io, log, current })
  }
  process.on('SIGTERM', onStop)
  process.on('SIGINT', onStop)
  process.on('SIGHUP', onHangup)
  try {
    daemon = await startDaemon(configuration, {
      kind,
      env: io.config.env,
      log,
      signal: starting.signal,
    })
    const about = { version: readVersion(), configuration: path, dataDir: configuration.dataDir }
    const where = daemon.server === null ? 'no port' : daemon.server.url
    log.info(about, `hostler ${kind} is ready: ${where}`)
    if (daemon.server !== null) io.stdout.write(`${daemon.server.url}\n`)
    const signal = await stopping.promise
    log.info({ signal }, 'stopping')
    await stopInTime(daemon, { kind, forced: forced.promise, current })
    log.info('stopped')
  } catch (error) {
    if (!starting.signal.aborted || daemon !== null) throw error
    log.info('stopped before it was ready')
  } finally {
    process.off('SIGTERM', onStop)
    process.off('SIGINT', onStop)
    process.off('SIGHUP', onHangup)
  }
}

/** Agents are left as they are, or drained as configured; a second signal ends the draining. */
async function stopInTime(
  daemon: Daemon,
  { kind, forced, current }: { kind: DaemonKind; forced: Promise<Signal>; current: Configuration },
): Promise<void> {
  // A worker's machine may go away with it: others can go on only with what was handed over.
  const agents = kind === 'worker' ? 'drain' : current.agents.onStop
  const hurry = new AbortController()
  forced.then(
    () => hurry.abort(),
    () => undefined,
  )
  await daemon.stop({ agents, hurry: hurry.signal })
}

function reload(
  daemon: Daemon,
  options: { flags: ServeFlags; io: Io; log: RootLog; current: Configuration },
): Configuration {
  const { flags, io, log, current } = options
  try {
    const { configuration: next } = readDaemonConfiguration(flags, io)
    const { live, restart } = diffConfiguration(current, next)
    const configuration = withLiveChanges(current, next)
    daemon.service.reconfigure(configuration)
    log.setLevel(configuration.log.level)
    log.info({ changed: live, needRestart: restart }, 'configuration read anew')
    return configuration
  } catch (error) {
    log.error({ err: toError(error) }, 'the configuration stays as it was')
    return current
  }
}
