import { hostlerError } from '../errors.ts'

/** Which part of a list: `cursor` is the `next` of the page before. */
export type PageQuery = { cursor?: string | undefined; limit?: number | undefined }

/** A part of a list, newest first; `next` is null on the last one. */
export type PageOf<T> = { items: T[]; next: string | null }

/** How many rows a page has when nobody says. */
export const defaultPageSize = 50

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** The id that a cursor stands for; null for the beginning. @throws invalid_input */
export function parseCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const id = Buffer.from(cursor, 'base64url').toString('latin1')
  if (uuid.test(id)) return id
  throw hostlerError('invalid_input', {
    field: 'cursor',
    problem: `"${cursor}" was not given by a list`,
    cure: 'pass the "next" of the page before, or leave it out to begin anew',
  })
}

/** The page of `limit` rows, from one row more than that where there is one. */
export function toPage<T extends { id: string }>(rows: T[], limit: number): PageOf<T> {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const next = rows.length > limit && last !== undefined ? toCursor(last.id) : null
  return { items, next }
}

function toCursor(id: string): string {
  return Buffer.from(id, 'latin1').toString('base64url')
}
