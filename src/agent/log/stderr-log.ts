import { appendFileSync, closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { AgentPaths } from '../launch/agent-folder.ts'

const headBytes = 256 * 1024
const tailBytes = 256 * 1024
/** Cut when it has grown to this; rarely while it may be written to. */
const maxBytes = 2 * (headBytes + tailBytes)
const maxLiveBytes = 8 * maxBytes

/**
 * Keeps the head and the tail of err.log once it is large. The CLI goes on appending to the same file,
 * so it is cut in place, in one go: what is written in the same instant is lost, and it is only stderr.
 * Says how many bytes were cut: 0 when it is not large.
 */
export async function trimStderr(
  paths: AgentPaths,
  { isOver }: { isOver: boolean },
): Promise<number> {
  if ((await stat(paths.stderr)).size <= (isOver ? maxBytes : maxLiveBytes)) return 0
  const fd = openSync(paths.stderr, 'a+')
  try {
    const { size } = fstatSync(fd)
    const cut = size - headBytes - tailBytes
    const tail = Buffer.alloc(tailBytes)
    readSync(fd, tail, 0, tailBytes, size - tailBytes)
    ftruncateSync(fd, headBytes)
    appendFileSync(fd, Buffer.concat([Buffer.from(`\n[${cut} bytes cut]\n`), tail]))
    return cut
  } finally {
    closeSync(fd)
  }
}

/** The last of what the CLI wrote to stderr. */
export function readStderrTail(paths: AgentPaths): string {
  const tail = Buffer.alloc(4096)
  let fd: number
  try {
    fd = openSync(paths.stderr, 'r')
  } catch {
    return ''
  }
  try {
    const count = readSync(fd, tail, 0, tail.length, Math.max(0, fstatSync(fd).size - tail.length))
    return tail.toString('utf8', 0, count)
  } finally {
    closeSync(fd)
  }
}
