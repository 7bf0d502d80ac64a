import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../log.ts'
import { openStore } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'
import { toError } from '../util/to-error.ts'
import { createReleasers } from '../util/releasers.ts'
import { readVersion } from '../version.ts'
import type { ServiceContext } from './context.ts'
import type { Configuration } from './contract/configuration.ts'
import type { Hostler } from './contract/hostler.ts'
import { watchLimits } from './money/limit-watch.ts'
import { noObserver, type ServiceObserver } from './observer.ts'
import { lockDataDir } from './data-dir-lock.ts'
import { startWebhooks } from './deliver/webhooks.ts'
import { createFront } from './front/create-front.ts'
import { readLog as readAgentLog } from './logs/read-log.ts'
import { startDependents } from './start-dependents.ts'
import { startFiring } from './schedules/start-firing.ts'
import { startRetention } from './retention/start-retention.ts'
import { startChangeFeed } from './stream/change-feed.ts'
import { startSessionStreams } from './stream/session-streams.ts'
import { startTransientOutlet } from './stream/transient-outlet.ts'
import { defaultRetryPauses, type RetryPauses } from './outcomes/retry-pauses.ts'
import { startWorker, type WorkerHandle } from './worker/start-worker.ts'

/** How a service ends its agents: see `agents.onStop` of the configuration. */
export type StopOptions = {
  agents?: 'leave' | 'drain'
  drainMs?: number
  /** Ends the draining. */
  hurry?: AbortSignal
}

export type Service = {
  readonly context: ServiceContext
  /** Null in a process that only takes and shows. */
  readonly worker: WorkerHandle | null
  /** Hostler as one caller sees it. */
  front(actor: string): Hostler
  /** From now on this holds, as far as it can without a restart. */
  reconfigure(configuration: Configuration): void
  /** Ends what was started, the newest first. Calls share one stop. */
  stop(options?: StopOptions): Promise<void>
}

/**
 * Opens the store, takes up what a former process has left, and goes to work. When anything is wrong
 * nothing is left open.
 * @throws data_dir_locked, database_newer, database_unavailable
 */
export async function startService(
  given: Configuration,
  options: {
    env: ServiceContext['env']
    log: Log
    program: string
    hasWorker: boolean
    observer?: ServiceObserver
    /** What it throws refuses the start before any work is taken up. */
    beforeWork?: (store: Store) => Promise<void>
    retryPauses?: RetryPauses
    /** Where a server of this process listens, as soon as it does. Default: none does. */
    publicUrl?: Promise<string | null>
    /** Simulates time, for tests: epoch milliseconds. */
    clock?: () => number
    signal?: AbortSignal
  },
): Promise<Service> {
  const { env, log, program, hasWorker, clock, signal } = options
  let configuration = given
  const releasers = createReleasers()
  let worker: WorkerHandle | null = null
  let stopping: Promise<void> | null = null
  try {
    const { dataDir, database } = given
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    // A process that has no agents and no file shares nothing with others but the database.
    if (hasWorker || database === null) {
      releasers.use(await lockDataDir(dataDir, { program, ...(signal ? { signal } : {}) }))
    }
    const where = database === null ? { path: join(dataDir, 'hostler.db') } : { url: database }
    const observer = options.observer ?? noObserver
    const onCommit = (ms: number): void => observer.committed({ ms })
    const store = releasers.use(
      await openStore(where, {
        onCommit,
        ...(clock === undefined ? {} : { clock }),
        ...(signal === undefined ? {} : { signal }),
      }),
    )
    await options.beforeWork?.(store)
    const onError = (error: unknown): void =>
      log.warn({ err: toError(error) }, 'streams wait for the database')
    const context: ServiceContext = {
      store,
      configuration: () => configuration,
      log,
      env,
      observer,
      retryPauses: options.retryPauses ?? defaultRetryPauses,
      publicUrl: () => options.publicUrl ?? Promise.resolve(null),
    }
    const streams = releasers.use(startSessionStreams(store, { onError }))
    const feed = releasers.use(startChangeFeed(store, { onError }))
    const outlet = releasers.use(startTransientOutlet(store, { streams }))
    const webhooks = (): Configuration['webhooks'] => configuration.webhooks
    releasers.use(startWebhooks(store, { webhooks, log }))
    releasers.use(startDependents(context))
    releasers.use(startRetention(context))
    if (hasWorker) worker = await startWorker(context, { outlet })
    if (hasWorker) releasers.use(startFiring(context))
    const limits = hasWorker ? releasers.use(watchLimits(context)) : null
    const version = readVersion()

    const stop = async ({ agents, drainMs, hurry }: StopOptions): Promise<void> => {
      const { onStop, drainMs: configuredMs } = configuration.agents
      try {
        await worker?.stop({
          agents: agents ?? onStop,
          drainMs: drainMs ?? configuredMs,
          ...(hurry === undefined ? {} : { hurry }),
        })
      } finally {
        await releasers.releaseAll()
      }
    }
    return {
      context,
      worker,
      front: (actor) =>
        createFront({
          context,
          actor,
          version,
          streams,
          feed,
          readLog: (range) => readAgentLog(store, range),
        }),
      reconfigure: (next) => {
        configuration = next
        limits?.look()
      },
      stop(how = {}) {
        stopping ??= stop(how)
        return stopping
      },
    }
  } catch (error) {
    await releasers.releaseAll()
    throw error
  }
}
