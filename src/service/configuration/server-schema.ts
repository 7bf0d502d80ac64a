import { z } from 'zod'
import type { Configuration } from '../contract/configuration.ts'
import { byteSize, text, texts, whole } from './fields.ts'

/** The section `server`. */
export const serverSchema: z.ZodType<Configuration['server']> = z
  .strictObject(
    {
      host: text
        .default('127.0.0.1')
        .describe('Where it listens. Other than loopback only when there are tokens.'),
      port: whole(0, 65_535).default(7717).describe('0 for any that is free.'),
      allowedHosts: texts
        .default([])
        .describe('Names under which it may be asked for, besides loopback’s.'),
      allowedOrigins: texts
        .default([])
        .describe('Web pages that may ask it, e.g. `https://inn.example`.'),
      maxBodyBytes: byteSize(1024, 2 ** 30)
        .default(10_000_000)
        .describe('The largest request without attachments.'),
      maxAttachmentBytes: byteSize(0, 2 ** 30)
        .default(32_000_000)
        .describe('What the attachments of one run may have together.'),
      attachmentTypes: texts
        .default(['image/*', 'application/pdf', 'application/json', 'text/*'])
        .describe('Media types of attachments; `image/*` for all of a kind, `*/*` for all.'),
      requestsPerMinute: whole(1, 10_000_000, 'requests')
        .default(600)
        .describe('Of one token, or of one address without.'),
      maxConnections: whole(1, 1_000_000, 'connections').default(1000).describe('At once.'),
    },
    { error: 'an object' },
  )
  .prefault({})
  .describe('The HTTP API.')
