import { closeSync, fstatSync, openSync, readSync, watch, type FSWatcher } from 'node:fs'
import { basename } from 'node:path'
import type { AgentPaths } from '../launch/agent-folder.ts'
import { createLineReader, type Line } from './line-reader.ts'

/** At most so much is read before other work gets its turn. */
const chunkBytes = 64 * 1024

/** How long to wait before reading again while output keeps coming: one read takes many small writes. */
const batchMs = 1

/** Output keeps coming once so many reads have followed each other without such a pause. */
const readsBeforeBatching = 16
const pauseMs = 10

/** A safety net: file systems without change notices, and notices that got lost. */
const pollMs = 500

export type LogFollower = {
  /** Start of the first line that has not been read as a whole. */
  readonly offset: number
  /** When the last byte came: epoch milliseconds. */
  readonly lastActivityAt: number
  /** Reads all that is there now, at once. To be called at the beginning. */
  drain(): void
  /** As drain, when nothing will be added: half a line at the end is all that there is of it. */
  finish(): void
  /** When the file was last written: epoch milliseconds. */
  writtenAt(): number
  close(): void
}

/**
 * Follows an agent's output file from `from`, which must be the start of a line, and watches its folder.
 * The file is read on this thread: it was written a moment ago, so it comes from memory, in less time
 * than a hand-over to another thread takes.
 */
export function followLog(
  paths: AgentPaths,
  options: {
    from: number
    maxLineBytes: number
    onLine: (line: Line) => void
    /** Another file of the folder has changed. */
    onFile: (name: string) => void
    now?: () => number
  },
): LogFollower {
  const { onFile, now = Date.now } = options
  const outputName = basename(paths.output)
  const fd = openSync(paths.output, 'r')
  const buffer = Buffer.allocUnsafeSlow(chunkBytes)
  const reader = createLineReader(options)
  let position = options.from
  let lastActivityAt = now()
  let lastReadAt = 0
  let readsInARow = 0
  let isClosed = false
  let timer: NodeJS.Timeout | null = null
  let immediate: NodeJS.Immediate | null = null
  const watchers: FSWatcher[] = []

  function readChunk(): boolean {
    const count = readSync(fd, buffer, 0, chunkBytes, position)
    if (count === 0) return false
    position += count
    lastActivityAt = now()
    reader.push(buffer.subarray(0, count))
    return count === chunkBytes
  }

  function readSoon(): void {
    if (isClosed || immediate !== null || timer !== null) return
    const sinceMs = now() - lastReadAt
    readsInARow = sinceMs > pauseMs ? 0 : readsInARow + 1
    const wait = batchMs - sinceMs
    // Not with the few lines of a short turn: each would be a millisecond late, its end too.
    if (wait > 0 && readsInARow > readsBeforeBatching) {
      timer = setTimeout(() => {
        timer = null
        readNow()
      }, wait)
    } else readNow()
  }

  function readNow(): void {
    if (isClosed) return
    lastReadAt = now()
    if (readChunk() && !isClosed && immediate === null) {
      immediate = setImmediate(() => {
        immediate = null
        readNow()
      })
    }
  }

  function drain(): void {
    for (let isMore = !isClosed; isMore;) isMore = readChunk()
  }

  function watchPath(path: string): void {
    try {
      const watcher = watch(path, (_event, name) => {
        if (name === null || name === outputName) readSoon()
        else onFile(name)
      })
      // Without notices the poll below still finds everything.
      watcher.on('error', () => watcher.close())
      watchers.push(watcher)
    } catch {
      // As above: too many watches, or none to be had here.
    }
  }

  watchPath(paths.dir)
  // Folder notices of macOS do not tell of writes to a file in it.
  if (process.platform !== 'linux') watchPath(paths.output)
  const poll = setInterval(() => {
    if (fstatSync(fd).size > position) readSoon()
  }, pollMs)

  return {
    get offset() {
      return reader.offset
    },
    get lastActivityAt() {
      return lastActivityAt
    },
    drain,
    finish() {
      drain()
      reader.finish()
    },
    writtenAt: () => fstatSync(fd).mtimeMs,
    close() {
      if (isClosed) return
      isClosed = true
      clearInterval(poll)
      if (timer !== null) clearTimeout(timer)
      if (immediate !== null) clearImmediate(immediate)
      for (const watcher of watchers) watcher.close()
      closeSync(fd)
    },
  }
}
