import { connectHostler, type Hostler } from '../../src/client/index.ts'
import { HostlerError } from '../../src/errors.ts'
import { startDaemon } from '../../src/main.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestService } from './service.ts'

const script = [
  text('held', { repeat: true, hold: 'held', when: { lastUserText: 'hold' } }),
  tool(
    'Bash',
    { command: 'touch asked' },
    { repeat: true, when: { lastUserText: 'ask', hasToolResult: false } },
  ),
  text('reply', { repeat: true }),
]

/** One implementation of `Hostler`, and the one in the process, which it is compared with. */
export type ContractWorld = AsyncDisposable & {
  hostler: Hostler
  inProcess: Hostler
  /** Where the daemon listens. */
  url: string
  release: () => void
}

export async function openContractWorld(how: {
  over: string
  postgresUrl?: string
}): Promise<ContractWorld> {
  await using stack = new AsyncDisposableStack()
  const { over, postgresUrl } = how
  const world = stack.use(
    await openTestService({
      script,
      profile: { shareWorkspace: true },
      configuration: { server: { port: 0 } },
      ...(postgresUrl === undefined ? {} : { database: postgresUrl }),
    }),
  )
  const { root, dataDir, env, log } = world
  const given = { ...world.configuration, dataDir }
  const configuration = parseConfiguration(given, { baseDir: root, env: {}, dataDir })
  const daemon = await startDaemon(configuration, { kind: 'serve', env, log })
  stack.defer(() => daemon.stop({ agents: 'drain', drainMs: 0 }))
  const inProcess = daemon.service.front('local')
  const url = daemon.server?.url ?? ''
  const hostler = over === 'HTTP' ? stack.use(connectHostler({ url })) : inProcess
  const owned = stack.move()
  return {
    hostler,
    inProcess,
    url,
    release: () => world.model.release('held'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** All that a stream gives until it ends. */
export async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

/** What a call throws, with what must be the same whoever throws it. */
export async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof HostlerError)) return error
    const { code, params, message, cure } = error
    return { code, params, message, cure }
  }
  return 'nothing'
}
