import { z } from 'zod'
import { costQuerySchema } from '../../service/api-schema/costs-schema.ts'
import { defineTool, readsOnly, type Tool } from '../tool.ts'
import { defaultRows, pageFields, pageTexts } from './inputs.ts'

/** How things stand, what comes, and what it costs. */
export const operationTools: readonly Tool[] = [
  defineTool({
    name: 'list_schedules',
    title: 'List schedules',
    description:
      'What is submitted by the clock: cron lines, their next times, and their last runs.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject({ state: z.enum(['active', 'paused']).exactOptional(), ...pageFields }),
    fields: pageTexts,
    run: async ({ cursor, limit = defaultRows, ...filter }, { hostler, signal }) => {
      const page = { limit, signal, ...(cursor === undefined ? {} : { cursor }) }
      return { ...(await hostler.schedules.list(filter, page)) }
    },
  }),
  defineTool({
    name: 'costs',
    title: 'Costs',
    description: 'What attempts have cost, summed up, and how far limits on money are used.',
    access: ['read'],
    annotations: readsOnly,
    input: costQuerySchema,
    fields: {
      by: 'day (default), profile, session, model, account, or label: and the name of a label; up to four.',
      from: 'Epoch milliseconds. Default: 30 days ago.',
      to: 'Epoch milliseconds. Default: now.',
      timeZone: 'Where a day begins, as an IANA name.',
    },
    run: async (query, { hostler, signal }) => ({ ...(await hostler.costs(query, { signal })) }),
  }),
  defineTool({
    name: 'status',
    title: 'How things stand',
    description: 'Of hostler as a whole: workers, queue, what runs and waits, costs of today.',
    access: ['read'],
    annotations: readsOnly,
    input: z.strictObject({}, { error: 'nothing, or {}' }),
    run: async (_input, { hostler, signal }) => ({ ...(await hostler.status({ signal })) }),
  }),
]
