import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isErrno } from '../../util/is-errno.ts'
import { escapeGlob, firstStarOf, unescapeGlob } from './match-glob.ts'

/** Where a tool looks for what it is given. `home` is what `~` stands for. */
export type Places = { cwd: string; home: string | null }

const mostLinks = 40

/** The longest that Linux takes. */
const mostCharacters = 4096

/**
 * The file that is meant, symbolic links followed as far as they exist: a new file in a linked folder is
 * where the link leads, and so is one whose link points at nothing yet. `null`: nobody can tell.
 */
export async function toRealPath(path: string, places: Places): Promise<string | null> {
  const absolute = toAbsolute(path, places)
  if (absolute === null || absolute.length > mostCharacters) return null
  return await follow(absolute, mostLinks)
}

/** The path without `.`, `..` and `~`, links as they are. */
export function toAbsolute(path: string, { cwd, home }: Places): string | null {
  if (path !== '~' && !path.startsWith('~/')) return resolve(cwd, path)
  return home === null ? null : resolve(home, path.slice(2))
}

/** A pattern of paths: up to the folder before its first `*` it is a path like others. */
export async function toRealPattern(pattern: string, places: Places): Promise<string> {
  if (pattern.startsWith('*')) return pattern
  const star = firstStarOf(pattern)
  const literal = star < 0 ? pattern : pattern.slice(0, pattern.lastIndexOf('/', star) + 1)
  const path = await toRealPath(literal === '' ? '.' : unescapeGlob(literal), places)
  if (path === null) return pattern
  if (star < 0) return escapeGlob(path)
  return `${path === '/' ? '' : escapeGlob(path)}/${pattern.slice(literal.length)}`
}

async function follow(path: string, linksLeft: number): Promise<string | null> {
  try {
    return await realpath(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT') && !isErrno(error, 'ENOTDIR')) return null
  }
  const parent = dirname(path)
  if (parent === path) return path
  const realParent = await follow(parent, linksLeft)
  if (realParent === null) return null
  const target = await readlink(path).catch(() => null)
  if (target === null) return join(realParent, basename(path))
  return linksLeft === 0 ? null : await follow(resolve(realParent, target), linksLeft - 1)
}
