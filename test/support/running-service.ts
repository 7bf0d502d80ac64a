import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { type Service, startService } from '../../src/service/start-service.ts'
import type { RetryPauses } from '../../src/service/outcomes/retry-pauses.ts'
import type { SessionEvent } from '../../src/events/index.ts'
import type { Hostler, Run } from '../../src/index.ts'
import { openTestService, type TestService, type TestServiceOptions } from './service.ts'

/** A service with its insides, in a world of its own. */
export type RunningService = TestService & {
  service: Service
  hostler: Hostler
  /** Lays this over the profile `default`, as a reload of the configuration does. */
  reconfigure: (profile: Record<string, unknown>) => void
  /** Waits for a run's end. */
  ended: (run: Run) => Promise<Run>
  /** What a session's log has so far. */
  events: (sessionId: string) => Promise<SessionEvent[]>
}

/** Failed runs are tried again at once. */
const soon: RetryPauses = {
  firstBackoffMs: 20,
  maxBackoffMs: 100,
  resetJitterMs: 100,
  unknownResetMs: 100,
  firstTripMs: 100,
  maxTripMs: 1000,
}

export async function startTestService(
  given: TestServiceOptions & {
    retryPauses?: Partial<RetryPauses>
    /** Laid over the environment of hostler and its agents. */
    env?: Record<string, string>
  } = {},
): Promise<RunningService> {
  const { retryPauses, env, ...rest } = given
  await using stack = new AsyncDisposableStack()
  const world = stack.use(await openTestService(rest))
  const { dataDir, root, log } = world
  const parse = (profile: Record<string, unknown>): ReturnType<typeof parseConfiguration> => {
    const profiles = objectAt(world.configuration, 'profiles')
    const configuration = {
      ...world.configuration,
      dataDir,
      profiles: { ...profiles, default: { ...objectAt(profiles, 'default'), ...profile } },
    }
    return parseConfiguration(configuration, { baseDir: root, env: {}, dataDir })
  }
  const service = await startService(parse({}), {
    env: { ...world.env, ...env },
    log,
    program: 'test',
    hasWorker: true,
    retryPauses: { ...soon, ...retryPauses },
    ...(given.clock === undefined ? {} : { clock: given.clock }),
  })
  stack.defer(() => service.stop({ agents: 'drain', drainMs: 0 }))
  const hostler = service.front('local')
  const owned = stack.move()
  return {
    ...world,
    service,
    hostler,
    reconfigure: (profile) => service.reconfigure(parse(profile)),
    ended: (run) => hostler.runs.wait(run.id, { timeoutMs: 30_000 }),
    async events(sessionId) {
      const all: SessionEvent[] = []
      for await (const one of hostler.sessions.events(sessionId, { until: 'now' })) all.push(one)
      return all
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function objectAt(from: Record<string, unknown>, name: string): Record<string, unknown> {
  const found = from[name]
  return typeof found === 'object' && found !== null ? { ...found } : {}
}
