import { createHash } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hostlerError } from '../../errors.ts'

/** Where a git remote is: on this machine, or behind https or ssh. */
export type GitUrl = { kind: 'local'; url: string; path: string } | { kind: 'remote'; url: string }

const cure =
  'give https://…, ssh://…, git@host:path, or a path or file:// URL under workspaces.roots'

/**
 * Takes a git URL that is nothing but that: no option (`--upload-pack=…`), no helper (`ext::sh -c …`),
 * no line break, and no login in it, as it would end up in events, logs and the clone's configuration.
 * @throws workspace_not_allowed
 */
export function parseGitUrl(url: string): GitUrl {
  // What a shell, a terminal or git itself could take for something else.
  // oxlint-disable-next-line no-control-regex
  if (url === '' || /[\u0000-\u0020\u007f]/.test(url)) throw refused(url, 'it is not a URL')
  if (url.startsWith('-')) throw refused(url, 'it begins with "-", like an option')
  if (isAbsolute(url)) return { kind: 'local', url, path: url }
  if (/^[A-Za-z0-9+.-]+::/.test(url)) throw refused(url, 'remote helpers are not allowed')
  if (/^[a-z+.-]+:\/\//i.test(url)) return parseFullUrl(url)
  const short = /^(?:[A-Za-z0-9_][\w.-]*@)?[A-Za-z0-9][\w.-]*:(?<path>[^:].*)$/.exec(url)
  if (short?.groups === undefined) throw refused(url, 'it is not a URL')
  if (short.groups['path']?.startsWith('-') === true) throw refused(url, 'its path begins with "-"')
  return { kind: 'remote', url }
}

function parseFullUrl(url: string): GitUrl {
  if (!URL.canParse(url)) throw refused(url, 'it is not a URL')
  const { protocol, username, password, hostname } = new URL(url)
  if (password !== '' || (protocol === 'https:' && username !== '')) {
    throw hostlerError('workspace_not_allowed', {
      path: withoutCredentials(url),
      problem: 'a URL with a login in it would be seen in logs and by the agent',
      cure: 'leave the login out, and let a git credential helper or an ssh key provide it',
    })
  }
  switch (protocol) {
    case 'file:':
      return { kind: 'local', url, path: localPath(url) }
    case 'https:':
    case 'ssh:':
      if (username.startsWith('-')) throw refused(url, `"${username}" is not a user`)
      if (!/^[A-Za-z0-9[]/.test(hostname)) throw refused(url, `"${hostname}" is not a host`)
      return { kind: 'remote', url }
    default:
      throw refused(url, `"${protocol}//" is not allowed`)
  }
}

function localPath(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw refused(url, 'it names no file of this machine')
  }
}

function refused(url: string, problem: string): Error {
  const path = JSON.stringify(withoutCredentials(url).slice(0, 200))
  return hostlerError('workspace_not_allowed', { path, problem, cure })
}

/** A text without the logins in its URLs. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/(\w+:\/\/)[^\s/@]+@/g, '$1***@')
}

/** The name of a URL's clone on this machine: the same however the URL is ended. */
export function toMirrorName(url: string): string {
  const plain = url.replace(/\/+$/, '').replace(/\.git$/, '')
  return `${createHash('sha256').update(plain).digest('hex').slice(0, 32)}.git`
}

/**
 * Refuses what git would not take as the name of a branch or ref, or would take for more than a name.
 * Source: git-check-ref-format.
 * @throws workspace_not_allowed
 */
export function assertRefName(field: 'ref' | 'branch', name: string): void {
  // oxlint-disable-next-line no-control-regex
  const forbidden = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/.]|\/\.|\.lock(?:\/|$)|[/.]$/
  if (name !== '' && name !== '@' && name.length <= 200 && !forbidden.test(name)) return
  throw hostlerError('workspace_not_allowed', {
    path: `${field} ${JSON.stringify(name.slice(0, 100))}`,
    problem: 'it is not the name of a branch',
    cure: 'give a plain name such as "main" or "feature/login"',
  })
}
