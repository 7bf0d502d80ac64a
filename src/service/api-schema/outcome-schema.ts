import { z } from 'zod'
import { outcomes, type Outcome } from '../../events/outcome.ts'
import type { ProcessExit, TurnError, Usage } from '../../events/turn-result.ts'

export const outcomeSchema: z.ZodType<Outcome> = z.enum(outcomes)

export const turnErrorSchema: z.ZodType<TurnError> = z.object({
  code: z.string(),
  message: z.string(),
  cure: z.string().nullable(),
})

export const processExitSchema: z.ZodType<ProcessExit> = z.object({
  code: z.number().nullable(),
  signal: z.string().nullable(),
})

const tokens = {
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheCreationTokens: z.number(),
}

export const usageSchema: z.ZodType<Usage> = z.object({
  ...tokens,
  byModel: z.record(z.string(), z.object({ ...tokens, costUsd: z.number() })),
})
