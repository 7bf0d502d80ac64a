import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { openIfThere } from '../stored-files/read-range.ts'

/**
 * When a transcript has all of a turn. `now`: its agent has ended, and with it all writing. `uuid`: of
 * the turn's last message, which the CLI gives its line in the transcript too. Else: as soon as the file
 * has not grown for a while.
 */
export type Until = 'now' | { uuid: string }

/** 2.1.197 writes up to about 100 ms late, 2.1.328 at the most some 10 ms. */
const quietMs = 200
const lookEachMs = 5
const longestMs = 2_000
/** A message's own line is among the last ones, but it can be followed by some that are large. */
const tailBytes = 512 * 1024

/** Waits, for a bounded time, until the CLI has written what it has to. */
export async function awaitWritten(
  path: string,
  options: { until?: Until | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const { until, signal } = options
  if (until === 'now') return
  const startedAt = performance.now()
  let size = -1
  let quietSince = startedAt
  for (;;) {
    const now = performance.now()
    const found = (await stat(path).catch(() => null))?.size ?? 0
    if (found !== size) {
      size = found
      quietSince = now
      if (until !== undefined && (await endsWithMessage(path, size, until.uuid))) return
    }
    // One that has nothing to be seen by then is kept by nobody: persistSession false, or no CLI.
    const endsByQuiet = until === undefined || size === 0
    if (endsByQuiet && now - quietSince >= quietMs) return
    if (now - startedAt >= longestMs) return
    await sleep(lookEachMs, undefined, { signal })
  }
}

async function endsWithMessage(path: string, size: number, uuid: string): Promise<boolean> {
  await using file = await openIfThere(path)
  if (file === null) return false
  const block = Buffer.alloc(Math.min(tailBytes, size))
  const { bytesRead } = await file.read(block, 0, block.length, size - block.length)
  const at = block.subarray(0, bytesRead).lastIndexOf(`"uuid":"${uuid}"`)
  return at !== -1 && block.subarray(at, bytesRead).includes(0x0a)
}
