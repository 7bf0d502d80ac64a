import { statfsSync } from 'node:fs'

/** Less than this and nothing more can be logged. */
const minFreeBytes = 64 * 1024

/**
 * Is there no room for the agent's log? The CLI does not say so: what it cannot write is lost without a
 * word, the result too, and it goes on calling the API.
 */
export function isDiskFull(dir: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dir)
    return bavail * bsize < minFreeBytes
  } catch {
    return false
  }
}
