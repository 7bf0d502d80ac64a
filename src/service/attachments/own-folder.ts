import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { link, lstat, mkdir, open, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hostlerError } from '../../errors.ts'
import { isErrno } from '../../util/is-errno.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants

/**
 * Makes a folder below a workspace, one name at a time: the agent works there, and may have put a
 * symlink in the way that leads to where it could not write by itself.
 * @throws workspace_failed
 */
export async function makeOwnFolder(workspace: string, names: readonly string[]): Promise<string> {
  let path = await realpath(workspace)
  for (const name of names) {
    path = join(path, name)
    try {
      await mkdir(path, { mode: 0o700 })
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw failed(path, error)
    }
    if (!(await lstat(path)).isDirectory()) throw inTheWay(path)
  }
  return path
}

/**
 * Writes a file that must be new, whole or not at all, readable for its owner only. One that is there
 * already stays: the agent may have worked on it in an earlier attempt.
 * @throws workspace_failed
 */
export async function writeOwnFile(
  folder: string,
  name: string,
  { content, signal }: { content: AsyncIterable<Uint8Array>; signal?: AbortSignal | undefined },
): Promise<string> {
  const path = join(folder, name)
  if (await isFileThere(path)) return path
  const temporary = join(folder, `.${randomUUID()}.new`)
  try {
    await using file = await open(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600)
    // Between the look at the folder and this, it may have been exchanged for a symlink.
    if ((await realpath(temporary)) !== temporary) throw inTheWay(folder)
    for await (const bytes of content) {
      signal?.throwIfAborted()
      await file.writeFile(bytes)
    }
    // Unlike renaming, linking does not replace what is there.
    await link(temporary, path)
  } catch (error) {
    if (isErrno(error, 'EEXIST') && (await isFileThere(path))) return path
    throw failed(path, error)
  } finally {
    await rm(temporary, { force: true })
  }
  return path
}

async function isFileThere(path: string): Promise<boolean> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return null
    throw failed(path, error)
  })
  if (found === null) return false
  if (!found.isFile()) throw inTheWay(path)
  return true
}

function inTheWay(path: string): Error {
  return hostlerError('workspace_failed', {
    what: path,
    problem: 'something else is in the place of what hostler puts there',
    cure: 'remove it',
  })
}

function failed(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const problem = `it could not be written (${String(error.code)})`
  const cure = 'free some space, or let hostler write to the workspace'
  return hostlerError('workspace_failed', { what: path, problem, cure }, { cause: error })
}
