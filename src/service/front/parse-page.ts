import { pageOptionsSchema } from '../api-schema/page-schema.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { PageOptions } from '../contract/hostler.ts'

/** Which part of a list is wanted. @throws invalid_input, and what an aborted signal says */
export function parsePage({ signal, ...page }: PageOptions): { cursor?: string; limit?: number } {
  signal?.throwIfAborted()
  return parseInput(pageOptionsSchema, page, { name: 'page' })
}
