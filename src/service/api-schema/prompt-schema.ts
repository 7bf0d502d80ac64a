import { z } from 'zod'
import type { Prompt } from '../../agent/index.ts'

const source = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('base64'), media_type: z.string(), data: z.string() }),
  z.strictObject({
    type: z.literal('text'),
    media_type: z.literal('text/plain'),
    data: z.string(),
  }),
  z.strictObject({ type: z.literal('url'), url: z.string() }),
])

/** The shape of a prompt: a text, or content blocks of the Messages API. `parsePrompt` checks it. */
export const promptSchema: z.ZodType<Prompt> = z.union(
  [
    z.string(),
    z.array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('text'), text: z.string() }),
        z.strictObject({
          type: z.literal(['image', 'document']),
          source,
          title: z.string().exactOptional(),
        }),
      ]),
    ),
  ],
  { error: 'a text, or an array of content blocks' },
)
