import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { TestProject } from 'vitest/node'
import { startPostgres } from './start-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the URL of this run's PostgreSQL can be asked for. */
    postgresPort: number
  }
}

/**
 * vitest's global set-up: one PostgreSQL for all test files of a run, started when the first of them
 * asks for it, since making one takes seconds and most runs need none.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  let started: ReturnType<typeof startPostgres> | null = null
  const tell = async (socket: Socket): Promise<void> => {
    socket.on('error', () => undefined)
    try {
      started ??= startPostgres()
      socket.end(JSON.stringify({ url: (await started).url }))
    } catch (error) {
      socket.end(JSON.stringify({ problem: String(error) }))
    }
  }
  const server = createServer((socket) => void tell(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  project.provide('postgresPort', address.port)
  return async () => {
    server.close()
    await (await started)?.[Symbol.asyncDispose]()
  }
}
