import { z } from 'zod'
import type { Webhook } from '../contract/configuration.ts'
import { text } from './fields.ts'

const webhookEvents = ['run.ended', 'request.opened', 'account.changed', 'budget.warning'] as const
const names = webhookEvents.map((name) => `"${name}"`).join(', ')

/** One entry of `webhooks`. */
export const webhookSchema: z.ZodType<Webhook> = z.strictObject(
  {
    name: text.describe('Tells one from another in lists and logs. Unique.'),
    url: z
      .url({ protocol: /^https?$/, error: 'an http(s) URL' })
      .describe('Where it is sent to, with POST.'),
    secret: z
      .string({ error: '"whsec_" and 24 to 64 bytes in base64' })
      .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, {
        error: '"whsec_" and 24 to 64 bytes in base64',
      })
      .describe('`whsec_` and 24 to 64 random bytes in base64. Signs what is sent.'),
    events: z
      .array(z.enum(webhookEvents), { error: `a list of ${names}` })
      .min(1, { error: `a list of ${names}` })
      .describe('What is told.'),
  },
  { error: '{ name, url, secret, events }' },
)
