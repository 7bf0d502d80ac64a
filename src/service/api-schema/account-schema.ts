import { z } from 'zod'
import type { Account } from '../contract/account.ts'
import { time } from './fields.ts'

export const accountSchema: z.ZodType<Account> = z.object({
  id: z.string(),
  label: z.string(),
  state: z.enum(['ok', 'parked', 'tripped', 'refused']),
  until: time.nullable(),
  reason: z.string().nullable(),
  failures: z.number(),
  since: time.nullable(),
  profiles: z.array(z.string()),
  heldRuns: z.number(),
})
