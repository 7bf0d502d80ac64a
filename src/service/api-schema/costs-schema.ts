import { z } from 'zod'
import { isTimeZone } from '../../util/is-time-zone.ts'
import type { BudgetState, CostGroup, CostLine, CostQuery, CostReport } from '../contract/costs.ts'
import { givenTime, id, labels, profileName, time } from './fields.ts'

const groupNames = ['day', 'profile', 'session', 'model', 'account'] as const
const groupError = `one of ${groupNames.join(', ')}, or label:<name>`

export const costGroupSchema: z.ZodType<CostGroup> = z.union(
  [z.enum(groupNames), z.templateLiteral(['label:', z.string().min(1).max(100)])],
  { error: groupError },
)

const timeZone = z
  .string({ error: 'the IANA name of a time zone, such as Europe/Berlin' })
  .refine(isTimeZone, { error: 'the IANA name of a time zone, such as Europe/Berlin' })

export const costQuerySchema: z.ZodType<CostQuery> = z.strictObject(
  {
    by: z
      .array(costGroupSchema, { error: `an array of groups, each ${groupError}` })
      .min(1, { error: 'at least one group' })
      .max(4, { error: 'at most four groups' })
      .exactOptional(),
    from: givenTime.exactOptional(),
    to: givenTime.exactOptional(),
    profile: profileName.exactOptional(),
    sessionId: id.exactOptional(),
    labels: labels.exactOptional(),
    timeZone: timeZone.exactOptional(),
  },
  { error: 'an object of what to sum up' },
)

const sumFields = {
  costUsd: z.number(),
  runs: z.number(),
  attempts: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheCreationTokens: z.number(),
}

export const costLineSchema: z.ZodType<CostLine> = z.object({
  keys: z.array(z.string()),
  ...sumFields,
})

export const budgetStateSchema: z.ZodType<BudgetState> = z.object({
  name: z.string(),
  limitUsd: z.number(),
  spentUsd: z.number(),
  reservedUsd: z.number(),
  resetsAt: time.nullable(),
})

export const costReportSchema: z.ZodType<CostReport> = z.object({
  by: z.array(costGroupSchema),
  from: time,
  to: time,
  timeZone: z.string(),
  lines: z.array(costLineSchema),
  total: z.object(sumFields),
  limits: z.array(budgetStateSchema),
})
