import { z } from 'zod'
import type { Configuration } from '../contract/configuration.ts'
import { isTimeZone } from '../../util/is-time-zone.ts'
import { dollars, text } from './fields.ts'

const timeZone = z
  .string({ error: 'the IANA name of a time zone, such as Europe/Berlin' })
  .refine(isTimeZone, { error: 'the IANA name of a time zone, such as Europe/Berlin' })

const fraction = z
  .number({ error: 'a number from 0 to 1' })
  .min(0, { error: 'a number from 0 to 1' })
  .max(1, { error: 'a number from 0 to 1' })

export const budgetsSchema: z.ZodType<Configuration['budgets']> = z
  .strictObject(
    {
      timeZone: timeZone.default('UTC').describe('Where a day begins.'),
      maxDayUsd: dollars
        .nullable()
        .default(null)
        .describe('US dollars a day over everything; null: no limit.'),
      labels: z
        .array(z.strictObject({ label: text, value: text, maxDayUsd: dollars }), {
          error: 'a list of { label, value, maxDayUsd }',
        })
        .default([])
        .describe('US dollars a day for runs, or sessions, with a label.'),
      reserveUsd: dollars
        .default(1)
        .describe('Set aside for an attempt that has no `maxBudgetUsd`, where a limit holds.'),
      warnAt: fraction
        .default(0.8)
        .describe('From this part of a limit on, webhooks and the log tell of it.'),
      onLimit: z
        .enum(['wait', 'fail'])
        .default('wait')
        .describe(
          'A run that does not fit into what is left of a day: waits for the next, or fails.',
        ),
    },
    { error: 'an object of limits' },
  )
  .prefault({})
  .describe('How much money at most. Profiles have limits of their own.')
