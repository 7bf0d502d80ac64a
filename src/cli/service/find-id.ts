import type { Hostler, Page, PageOptions } from '../../client/index.ts'
import { usageError } from '../usage-error.ts'

const wholeId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const pageSize = 200
// Ids begin with their time, and lists with the newest: what is further back is better named in full.
const maxPages = 25

type List = (page: PageOptions) => Promise<Page<{ id: string }>>
export type Kind = 'session' | 'run' | 'request'

/**
 * The whole id of what the user has named: an id, what it begins with, or for sessions `key:…`.
 * @throws usage when it is none, or several
 */
export async function findId(
  hostler: Hostler,
  kind: Kind,
  named: { text: string; signal: AbortSignal },
): Promise<string> {
  const { text, signal } = named
  if (isWhole(text, kind)) return text
  assertId(text, kind)
  const found = await findByPrefix(listOf(hostler, kind), { prefix: text, signal })
  return onlyOne(found, text, { what: kind, cure: `hostler ${kind}s lists those there are` })
}

/** Whether it can be asked for as it is. */
export function isWhole(text: string, kind: Kind): boolean {
  return wholeId.test(text) || (kind === 'session' && text.startsWith('key:'))
}

/** @throws usage for what no id begins with */
export function assertId(text: string, kind: Kind): void {
  if (/^[0-9a-f-]{4,36}$/.test(text)) return
  throw usageError(
    `"${text}" is not the id of a ${kind}`,
    kind === 'session'
      ? `give an id, at least its first 4 characters, or key:${text}`
      : `give an id, or at least its first 4 characters: hostler ${kind}s`,
  )
}

export function listOf({ sessions, runs, requests }: Hostler, kind: Kind): List {
  switch (kind) {
    case 'session':
      return (page) => sessions.list({}, page)
    case 'run':
      return (page) => runs.list({}, page)
    case 'request':
      return (page) => requests.list({}, page)
    default:
      return kind satisfies never
  }
}

/** Up to two ids that begin with it: newest first, so that the search ends where they are too old. */
export async function findByPrefix(
  list: List,
  { prefix, signal }: { prefix: string; signal: AbortSignal },
): Promise<string[]> {
  const found: string[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < maxPages; pages++) {
    // Page by page, as the next one begins where this one ends.
    const page: Page<{ id: string }> = await list({
      limit: pageSize,
      signal,
      ...(cursor !== null && { cursor }),
    })
    for (const { id } of page.items) if (id.startsWith(prefix)) found.push(id)
    const oldest = page.items.at(-1)?.id ?? ''
    const isPast = oldest < prefix && !oldest.startsWith(prefix)
    if (found.length > 1 || isPast || page.next === null) return found
    cursor = page.next
  }
  return found
}

export function onlyOne(
  found: string[],
  text: string,
  { what, cure }: { what: string; cure: string },
): string {
  const [first, second] = found
  if (first === undefined) throw usageError(`no ${what} begins with "${text}"`, cure)
  if (second === undefined) return first
  throw usageError(
    `several begin with "${text}": ${first}, ${second}${found.length > 2 ? ', …' : ''}`,
    'give more of the id',
  )
}
