import { statSync } from 'node:fs'
import { resolveDataDir } from '../config.ts'
import type { Io } from './io.ts'
import { usageError } from './usage-error.ts'

/** The data folder of a command that looks for agents; it may be missing, but not be something else. */
export function dataDirOf(flags: { dataDir?: string }, io: Io): string {
  const dataDir = resolveDataDir(flags.dataDir, io.config)
  if (statSync(dataDir, { throwIfNoEntry: false })?.isDirectory() !== false) return dataDir
  throw usageError(`--data-dir: "${dataDir}" is not a folder`, 'name a folder')
}
