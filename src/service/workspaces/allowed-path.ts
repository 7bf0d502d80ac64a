import { realpath, stat } from 'node:fs/promises'
import { isAbsolute, relative } from 'node:path'
import { hostlerError } from '../../errors.ts'
import { isErrno } from '../../util/is-errno.ts'
import type { WorkspaceSource } from '../contract/session.ts'
import { parseGitUrl } from './git-url.ts'

export type AllowedPaths = {
  /** Folders under which workspaces may be. */
  roots: readonly string[]
  /** Whose own workspace is allowed wherever it is. */
  profile: { workspace?: WorkspaceSource }
}

/**
 * The real path of a folder that may be a workspace: symlinks are followed first, so that one inside of
 * a root leads nowhere else.
 * @throws workspace_not_allowed
 */
export async function resolveAllowedPath(path: string, allowed: AllowedPaths): Promise<string> {
  if (!isAbsolute(path)) {
    throw refused(path, 'it is not absolute', 'give the whole path, beginning with "/"')
  }
  const real = await toRealFolder(path)
  const own = ownPath(allowed.profile.workspace)
  const mayBe = await Promise.all(
    [...allowed.roots, ...(own === null ? [] : [own])].map((one) =>
      realpath(one).catch(() => null),
    ),
  )
  const isUnderRoot = mayBe
    .slice(0, allowed.roots.length)
    .some((root) => root !== null && isWithin(root, real))
  if (isUnderRoot || (own !== null && mayBe.at(-1) === real)) return real
  const problem =
    real === path
      ? 'it is not under a root for workspaces'
      : `it leads to ${real}, which is not under a root for workspaces`
  throw refused(path, problem, rootsCure(allowed.roots))
}

function rootsCure(roots: readonly string[]): string {
  return roots.length === 0
    ? 'name its folder in workspaces.roots of hostler.yaml, where there is none so far'
    : `use a folder under ${roots.join(', ')}, or add one to workspaces.roots of hostler.yaml`
}

function ownPath(workspace: WorkspaceSource | undefined): string | null {
  if (workspace === undefined) return null
  return 'path' in workspace ? workspace.path : localGitPath(workspace.git)
}

function localGitPath(git: string): string | null {
  const url = parseGitUrl(git)
  return url.kind === 'local' ? url.path : null
}

function isWithin(root: string, path: string): boolean {
  const rest = relative(root, path)
  return rest === '' || (rest !== '..' && !rest.startsWith('../') && !isAbsolute(rest))
}

async function toRealFolder(path: string): Promise<string> {
  let isFolder: boolean
  let real: string
  try {
    real = await realpath(path)
    isFolder = (await stat(real)).isDirectory()
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const problem = isErrno(error, 'ENOENT')
      ? 'there is none'
      : `it cannot be read (${String(error.code)})`
    throw refused(path, problem, 'make the folder, or give the path of one that is there', error)
  }
  if (!isFolder) throw refused(path, 'it is not a folder', 'give the path of a folder')
  return real
}

function refused(path: string, problem: string, cure: string, cause?: unknown): Error {
  return hostlerError('workspace_not_allowed', { path, problem, cure }, { cause })
}
