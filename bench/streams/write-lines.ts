import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { blockLine, deltaLine } from './agent-lines.ts'

/** How often each agent writes, and how many of its lines one finished block has. */
export type Pace = { perSecond: number; linesPerBlock: number }

/** Writes as the agents would, evenly spread: agents do not speak in chorus. Says how many lines. */
export async function writeLines(
  streams: readonly { sessionId: string; path: string }[],
  { perSecond, linesPerBlock, forMs }: Pace & { forMs: number },
): Promise<number> {
  const logs = streams.map(({ sessionId, path }) => ({ sessionId, file: openSync(path, 'a') }))
  const stepMs = 1000 / perSecond / logs.length
  const startedAt = performance.now()
  let written = 0
  for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs = performance.now() - startedAt) {
    for (; written * stepMs <= elapsedMs; written++) {
      const log = logs[written % logs.length]
      if (log === undefined) continue
      const isBlock = Math.floor(written / logs.length) % linesPerBlock === 0
      writeSync(log.file, isBlock ? blockLine(log.sessionId) : deltaLine(log.sessionId))
    }
    await sleep(1)
  }
  for (const { file } of logs) closeSync(file)
  return written
}
