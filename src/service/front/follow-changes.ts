import { z } from 'zod'
import { line } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { Change } from '../contract/operations.ts'
import type { Front } from './front.ts'

export type ChangesOptions = { after?: string; until?: 'now'; signal?: AbortSignal }

const rangeSchema: z.ZodType<Omit<ChangesOptions, 'signal'>> = z.strictObject({
  after: line(100).exactOptional(),
  until: z.literal('now').exactOptional(),
})

/** The feed of everything, for one subscriber. @throws invalid_input as it begins */
export async function* followChanges(
  { feed }: Front,
  { signal, ...rest }: ChangesOptions = {},
): AsyncGenerator<Change, void> {
  const range = parseInput(rangeSchema, rest, { name: 'options' })
  yield* feed.subscribe({ ...range, ...(signal === undefined ? {} : { signal }) })
}
