import { statfsSync } from 'node:fs'
import { agentDir } from '../../agent/index.ts'
import type { Worker } from './worker-parts.ts'
import { availableBytes } from './memory.ts'

/** What keeps turns from being started. */
type Shortage = 'memory' | 'disk'

/**
 * Whether there is room for another turn. Said once when there is none any more, and once when there is
 * again. A run that is started on a full disk would end with an error for it; in the queue it can wait.
 */
export function createAdmission({
  context,
  pool,
}: {
  context: Pick<Worker['context'], 'configuration' | 'log'>
  pool: Pick<Worker['pool'], 'evictOldest'>
}): { hasRoom(): boolean } {
  let told: Shortage | null = null

  function shortage(): Shortage | null {
    const { dataDir, limits } = context.configuration()
    if (freeDiskBytes([agentDir(dataDir, '.'), dataDir]) < limits.minFreeDiskBytes) return 'disk'
    return availableBytes() < limits.minFreeMemoryBytes ? 'memory' : null
  }

  return {
    hasRoom() {
      const now = shortage()
      // An idle agent gives way to work.
      if (now === 'memory' && pool.evictOldest()) return false
      if (now !== told) {
        const { minFreeMemoryBytes, minFreeDiskBytes } = context.configuration().limits
        const about = { minFreeMemoryBytes, minFreeDiskBytes }
        if (now === null) context.log.info('there is room for turns again')
        else context.log.warn(about, `too little ${now} is free to start a turn`)
        told = now
      }
      return now === null
    },
  }
}

/** Of the file system that the first of these folders is on that is there. */
function freeDiskBytes(dirs: readonly string[]): number {
  for (const dir of dirs) {
    try {
      const { bavail, bsize } = statfsSync(dir)
      return bavail * bsize
    } catch {
      // Before the first agent there is no folder of theirs.
    }
  }
  return Infinity
}
