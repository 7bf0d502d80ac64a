import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './config.ts'
import { isHeldByAgent } from './agent/index.ts'
import { createApp } from './http/create-app.ts'
import { createMetrics } from './http/metrics/metrics.ts'
import {
  assertCanListen,
  assertTokens,
  type HttpServer,
  startHttpServer,
} from './http/start-http-server.ts'
import type { Log } from './log.ts'
import { createAgentCalls } from './service/agent-calls/agent-calls.ts'
import type { Configuration } from './service/contract/configuration.ts'
import { checkReadiness, readFigures } from './service/front/read-health.ts'
import { anyValidToken, verifyToken } from './service/front/verify-token.ts'
import { type Service, startService, type StopOptions } from './service/start-service.ts'
import { createReleasers } from './util/releasers.ts'
import { readVersion } from './version.ts'

/** What a daemon is: `serve` answers over HTTP and works, `worker` only works, `api` only answers. */
export type DaemonKind = 'serve' | 'worker' | 'api'

export type Daemon = {
  readonly service: Service
  /** Null for a worker: it needs no port. */
  readonly server: HttpServer | null
  /** Takes nothing more, then ends its agents or leaves them, in bounded time. */
  stop(options?: StopOptions): Promise<void>
}

/**
 * Puts the whole program together and starts it. When anything is wrong nothing is left open.
 * @throws data_dir_locked, database_newer, database_unavailable, unauthorized, config_invalid
 */
export async function startDaemon(
  configuration: Configuration,
  options: { kind: DaemonKind; env: Environment; log: Log; signal?: AbortSignal },
): Promise<Daemon> {
  const { kind, env, log, signal } = options
  const { host } = configuration.server
  if (kind !== 'worker') await assertCanServe(configuration)
  const metrics = createMetrics({ snapshot: () => readFigures(service.context) })
  const listening = Promise.withResolvers<string | null>()
  if (kind === 'worker') listening.resolve(null)
  const service = await startService(configuration, {
    env,
    log,
    program: `hostler ${kind}`,
    hasWorker: kind !== 'api',
    observer: metrics,
    publicUrl: listening.promise,
    beforeWork: async (store) => {
      if (kind !== 'worker') await assertTokens(host, { anyValid: () => anyValidToken(store) })
    },
    ...(signal === undefined ? {} : { signal }),
  })
  const releasers = createReleasers()
  let server: HttpServer | null = null
  const stop = async (how?: StopOptions): Promise<void> => {
    // A run that waits for it would hold up the end.
    listening.resolve(null)
    try {
      await releasers.releaseAll()
    } finally {
      await service.stop(how)
    }
  }
  try {
    if (kind !== 'worker') {
      const { store } = service.context
      const { port, maxConnections } = configuration.server
      const tokens = {
        verify: (token: string) => verifyToken(store, token),
        anyValid: () => anyValidToken(store),
      }
      const app = createApp(service.front('local'), {
        log,
        version: readVersion(),
        host,
        settings: () => service.context.configuration().server,
        tokens,
        agentCalls: (runId) => createAgentCalls({ context: service.context, runId }),
        checkReadiness: () => checkReadiness(service.context, { worker: service.worker }),
        metrics,
      })
      server = releasers.use(
        await startHttpServer(app, { host, port, maxConnections, tokens, log, isHeldByAgent }),
      )
      listening.resolve(ownUrl(server.url))
    }
    return { service, server, stop }
  } catch (error) {
    await stop({ agents: 'leave' })
    throw error
  }
}

/** For processes of this machine: an address that means all of them is none that can be called. */
function ownUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

/** What can be known to be wrong before a data directory or a database is made. */
async function assertCanServe({ server, database, dataDir }: Configuration): Promise<void> {
  const isNew = database === null && !existsSync(join(dataDir, 'hostler.db'))
  if (isNew) await assertTokens(server.host, { anyValid: () => Promise.resolve(false) })
  await assertCanListen(server)
}
