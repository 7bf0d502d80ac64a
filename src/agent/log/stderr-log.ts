import { appendFile, open, stat, truncate } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import type { AgentPaths } from '../launch/agent-folder.ts'

const headBytes = 256 * 1024
const tailBytes = 256 * 1024
/** Cut when it has grown to this. */
const maxBytes = 2 * (headBytes + tailBytes)

/**
 * Keeps the head and the tail of err.log once it is large. The CLI goes on appending to the same file,
 * so it is cut in place; what is written in the same instant may be lost, and it is only stderr.
 * Says how many bytes were cut: 0 when it is not large.
 */
export async function trimStderr(paths: AgentPaths): Promise<number> {
  const { size } = await stat(paths.stderr)
  if (size <= maxBytes) return 0
  const tail = Buffer.alloc(tailBytes)
  await using file = await open(paths.stderr, 'r')
  await file.read(tail, 0, tailBytes, size - tailBytes)
  await truncate(paths.stderr, headBytes)
  const cut = size - headBytes - tailBytes
  await appendFile(paths.stderr, Buffer.concat([Buffer.from(`\n[${cut} bytes cut]\n`), tail]))
  return cut
}

/** The last of what the CLI wrote to stderr. */
export function readStderrTail(paths: AgentPaths): string {
  try {
    return readFileSync(paths.stderr).subarray(-4096).toString('utf8')
  } catch {
    return ''
  }
}
