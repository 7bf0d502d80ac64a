import { z } from 'zod'
import type { Page, PageOptions } from '../../service/contract/hostler.ts'
import { pageOptionsSchema } from '../../service/api-schema/page-schema.ts'
import { parseInput } from '../../service/api-schema/parse-input.ts'
import { readJson } from './read-body.ts'
import type { Call } from './endpoint.ts'
import type { QueryParam } from './read-query.ts'

export const pageParams: readonly QueryParam[] = [
  { name: 'cursor', kind: 'text', description: 'Where to go on: `next` of the page before.' },
  { name: 'limit', kind: 'integer', description: 'How many, from 1 to 200.' },
]

const emptySchema = z.strictObject({}, { error: 'nothing, or {}' })

/** The body of a call, checked. No body counts as `{}`. */
export async function readInput<T>(call: Call, schema: z.ZodType<T>): Promise<T> {
  const given = await readJson(call.request, call.services.settings().maxBodyBytes)
  return parseInput(schema, given ?? {}, { name: 'body' })
}

/** For what takes no body: one that says something is refused rather than ignored. */
export async function readNothing(call: Call): Promise<void> {
  await readInput(call, emptySchema)
}

export function jsonAnswer(
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const all = new Headers(headers)
  all.set('content-type', 'application/json')
  return new Response(JSON.stringify(value), { status, headers: all })
}

/** A page of what the filter finds, with a `Link` to the next one (RFC 8288). */
export async function answerPage<F>(
  call: Call,
  filterSchema: z.ZodType<F>,
  list: (filter: F, page: PageOptions) => Promise<Page<unknown>>,
): Promise<Response> {
  const { cursor, limit, ...rest } = call.query
  const filter = parseInput(filterSchema, rest, { name: 'query' })
  const page = parseInput(pageOptionsSchema, { cursor, limit }, { name: 'query' })
  const found = await list(filter, { ...page, signal: call.request.signal })
  if (found.next === null) return jsonAnswer(found)
  const next = new URL(call.request.url)
  next.searchParams.set('cursor', found.next)
  return jsonAnswer(found, 200, { link: `<${next.pathname}${next.search}>; rel="next"` })
}
