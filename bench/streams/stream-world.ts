import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DatabaseName, Ground } from '../ground/ground.ts'
import { openDir, removeDir } from '../room/room.ts'
import { startBusySessions } from './busy-sessions.ts'

export type Contender = DatabaseName | 'raw'

/** A process that follows logs, and where its clients hear of each. */
export type StreamWorld = AsyncDisposable & {
  contender: Contender
  pid: number
  streams: { sessionId: string; path: string; url: string }[]
}

/** `hostler serve` with agents in the middle of a turn, or the least that could take its place. */
export async function openStreamWorld(
  ground: Ground,
  { contender, sessions }: { contender: Contender; sessions: number },
): Promise<StreamWorld> {
  if (contender === 'raw') return await openRaw(sessions)
  await using stack = new AsyncDisposableStack()
  const site = stack.use(await ground.openSite(contender, { perWorker: sessions }))
  const daemon = await site.start()
  const busy = await startBusySessions(daemon.hostler, { site: site.task, count: sessions })
  const owned = stack.move()
  return {
    contender,
    pid: daemon.pid,
    streams: busy.map(({ sessionId, claudeSessionId, path }) => ({
      sessionId: claudeSessionId,
      path,
      url: `${daemon.url}/v1/sessions/${sessionId}/events`,
    })),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function openRaw(sessions: number): Promise<StreamWorld> {
  const dir = await openDir()
  const paths = Array.from({ length: sessions }, (_, index) => join(dir, `${index}`, 'out.jsonl'))
  for (const path of paths) {
    await mkdir(join(path, '..'))
    await writeFile(path, '')
  }
  const server = fork(fileURLToPath(new URL('raw-server-child.ts', import.meta.url)), [
    JSON.stringify(paths),
  ])
  const [url]: unknown[] = await once(server, 'message')
  return {
    contender: 'raw',
    pid: server.pid ?? 0,
    streams: paths.map((path) => ({
      sessionId: 'raw',
      path,
      url: `${String(url)}/${encodeURIComponent(path)}`,
    })),
    async [Symbol.asyncDispose]() {
      const exited = once(server, 'exit')
      server.disconnect()
      await exited
      await removeDir(dir)
    },
  }
}
