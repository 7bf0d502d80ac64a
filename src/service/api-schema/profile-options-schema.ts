import { z } from 'zod'
import type { ProfileOptions } from '../contract/profile.ts'
import { anyObject, line, milliseconds, storableText, whole } from './fields.ts'

const dollars = 'a number of US dollars above 0'

/** What a session or a run may have other than its profile. */
export const profileOptionsSchema: z.ZodType<ProfileOptions> = z.strictObject(
  {
    model: line(200).exactOptional(),
    fallbackModel: line(200).exactOptional(),
    effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).exactOptional(),
    appendSystemPrompt: storableText.exactOptional(),
    maxTurns: whole({ from: 1, to: 1_000_000 }, { unit: 'turns' }).exactOptional(),
    maxBudgetUsd: z.number({ error: dollars }).positive({ error: dollars }).exactOptional(),
    timeoutMs: milliseconds.exactOptional(),
    outputFormat: z
      .strictObject(
        { type: z.literal('json_schema', { error: '"json_schema"' }), schema: anyObject },
        { error: '{ type: "json_schema", schema }' },
      )
      .exactOptional(),
  },
  { error: 'an object of options' },
)
