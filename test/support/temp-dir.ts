import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What names of temp dirs begin with; the leak check looks for it. */
export const tempDirPrefix = 't-'

/** A temp dir that goes with its scope: `await using dir = await tempDir()`. */
export async function tempDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), tempDirPrefix)))
  return {
    path,
    // Retries, as a process that is being stopped may still write into it.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  }
}
