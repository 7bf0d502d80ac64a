import { statSync } from 'node:fs'
import { resolveDataDir } from '../config.ts'
import { hostlerError } from '../errors.ts'
import type { Io } from './io.ts'
import { usageError } from './usage-error.ts'

/** The data folder of a command that looks for agents; it may be missing, but not be something else. */
export function dataDirOf(flags: { dataDir?: string }, io: Io): string {
  const dataDir = resolveDataDir(flags.dataDir, io.config)
  if (statSync(dataDir, { throwIfNoEntry: false })?.isDirectory() !== false) return dataDir
  throw usageError(`--data-dir: "${dataDir}" is not a folder`, 'name a folder')
}

/** What the file system has against the data folder, in words; any other error as it is. */
export function toDataDirError(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || !('path' in error) || !('code' in error)) return error
  if (typeof error.path !== 'string' || !isWithin(error.path, dataDir)) return error
  if (error.code === 'ENOSPC') {
    const cure = 'free some space, or use another --data-dir'
    return hostlerError('spawn_failed', { problem: `no space left in ${dataDir}`, cure })
  }
  const problem = `--data-dir: "${dataDir}" cannot be used (${String(error.code)})`
  return usageError(problem, 'name a folder that can be written to')
}

/** Also true for a folder above it: creating one begins there. */
function isWithin(path: string, dataDir: string): boolean {
  return path.startsWith(dataDir) || dataDir.startsWith(path)
}
