import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isErrno } from '../../util/is-errno.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'

/**
 * The id of the worker that has this data directory. It outlives the process: what a former one has
 * leased is this one's to release, and what it has started is this one's to take up.
 */
export async function workerIdOf(dataDir: string): Promise<string> {
  const path = join(dataDir, 'worker-id')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  try {
    const id = (await readFile(path, 'utf8')).trim()
    if (id !== '') return id
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
  const id = uuidV7()
  await writeFile(path, `${id}\n`, { mode: 0o600, flush: true })
  return id
}
