import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import type { ServiceContext } from '../../src/service/context.ts'
import type { Configuration } from '../../src/service/contract/configuration.ts'
import type { Hostler } from '../../src/service/contract/hostler.ts'
import { createFront } from '../../src/service/front/create-front.ts'
import { readLog } from '../../src/service/logs/read-log.ts'
import { noObserver } from '../../src/service/observer.ts'
import { defaultRetryPauses } from '../../src/service/outcomes/retry-pauses.ts'
import { startChangeFeed } from '../../src/service/stream/change-feed.ts'
import { startSessionStreams } from '../../src/service/stream/session-streams.ts'
import type { Store } from '../../src/store/store.ts'
import type { Log } from '../../src/log.ts'
import type { OpenTestDatabase } from './stores.ts'
import { tempDir } from './temp-dir.ts'

const quiet = (): void => undefined
const quietLog: Log = {
  debug: quiet,
  info: quiet,
  warn: quiet,
  error: quiet,
  child: () => quietLog,
}

/** A front on a database of its own, without any worker: `await using world = await openTestFront(…)`. */
export type TestFront = {
  hostler: Hostler
  store: Store
  /** What the front works with. */
  context: ServiceContext
  configuration: Configuration
  /** An allowed folder, which the profile `default` works in. */
  workspace: string
  /** For other processes with the same database. */
  where: { path: string } | { url: string }
  /** The same for another process with the same database. */
  another(
    actor?: string,
  ): Promise<
    Omit<TestFront, 'another' | 'configuration' | 'workspace' | 'where' | keyof AsyncDisposable>
  >
} & AsyncDisposable

export async function openTestFront(
  openTestDatabase: OpenTestDatabase,
  given: Record<string, unknown> = {},
  /** Simulated time: epoch milliseconds. */
  time: { clock?: () => number } = {},
): Promise<TestFront> {
  const stack = new AsyncDisposableStack()
  const dir = stack.use(await tempDir())
  const database = stack.use(await openTestDatabase())
  const workspace = join(dir.path, 'work')
  await mkdir(workspace)
  const configuration = parseConfiguration(
    {
      dataDir: join(dir.path, 'data'),
      workspaces: { roots: [dir.path] },
      profiles: {
        default: { workspace: { path: workspace } },
        reviewer: { workspace: { path: workspace }, onBusy: 'steer', pool: 'fast' },
        shared: { workspace: { path: workspace }, shareWorkspace: true },
        homeless: {},
      },
      ...given,
    },
    { baseDir: dir.path, env: {}, dataDir: dir.path },
  )
  const another = async (actor = 'local'): ReturnType<TestFront['another']> => {
    const store = await database.openStore(time)
    const context: ServiceContext = {
      store,
      configuration: () => configuration,
      log: quietLog,
      env: {},
      observer: noObserver,
      retryPauses: defaultRetryPauses,
      publicUrl: () => Promise.resolve(null),
    }
    const streams = stack.use(startSessionStreams(store))
    const feed = stack.use(startChangeFeed(store))
    const hostler = createFront({
      context,
      actor,
      version: '1.2.3',
      streams,
      feed,
      readLog: (range) => readLog(store, range),
    })
    return { hostler, store, context }
  }
  return {
    ...(await another()),
    configuration,
    workspace,
    where: database.where,
    another,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
