import { z } from 'zod'
import type { Page } from '../contract/hostler.ts'
import { line, whole } from './fields.ts'

/** What every list takes. */
export const pageOptionsSchema: z.ZodType<{ cursor?: string; limit?: number }> = z.strictObject(
  {
    cursor: line(500).exactOptional(),
    limit: whole({ from: 1, to: 200 }).exactOptional(),
  },
  { error: '{ cursor?, limit? }' },
)

/** A list of what `item` describes. */
export function pageSchema<T>(item: z.ZodType<T>): z.ZodType<Page<T>> {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}
