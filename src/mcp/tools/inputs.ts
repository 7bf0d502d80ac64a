import { z } from 'zod'
import { id, line, whole } from '../../service/api-schema/fields.ts'

/** What a tool takes that is about one thing. */
export const idInput: z.ZodType<{ id: string }> = z.strictObject({ id }, { error: '{ id }' })

/** What every tool that lists takes. */
export const pageFields: {
  cursor: z.ZodExactOptional<z.ZodType<string>>
  limit: z.ZodExactOptional<z.ZodType<number>>
} = {
  cursor: line(500).exactOptional(),
  limit: whole({ from: 1, to: 200 }).exactOptional(),
}

export const pageTexts: Readonly<Record<string, string>> = {
  cursor: 'Where to go on: next of the page before.',
  limit: 'How many, from 1 to 200. Default 20.',
}

export const defaultRows = 20
