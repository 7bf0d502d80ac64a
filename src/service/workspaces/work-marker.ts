import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { isErrno } from '../../util/is-errno.ts'

/**
 * What this machine knows of a worktree. It is there as soon as the worktree is whole, and says what of
 * it is in the store: when the store has something else, another worker went on with the session.
 */
export type WorkMarker = {
  /** The stored record that the worktree was last equal to; null when nothing was stored yet. */
  generation: string | null
  /** The work in it, as `toWorkKey` has it. */
  key: string | null
}

const schema: z.ZodType<WorkMarker> = z.object({
  generation: z.string().nullable(),
  key: z.string().nullable(),
})

export async function readMarker(path: string): Promise<WorkMarker | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return null
    throw error
  }
}

export async function writeMarker(path: string, marker: WorkMarker): Promise<void> {
  const temporary = `${path}.new`
  await writeFile(temporary, JSON.stringify(marker), { mode: 0o600 })
  await rename(temporary, path)
}
