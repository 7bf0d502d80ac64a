import { z } from 'zod'
import { defineTool, readsOnly, type Tool } from '../tool.ts'
import { requestTools } from './request-tools.ts'
import { runTools } from './run-tools.ts'
import { sessionTools } from './session-tools.ts'

const status: Tool = defineTool({
  name: 'status',
  title: 'How things stand',
  description: 'Of hostler as a whole: workers, queue, what runs and waits, costs of today.',
  access: ['read'],
  annotations: readsOnly,
  input: z.strictObject({}, { error: 'nothing, or {}' }),
  run: async (_input, { hostler, signal }) => ({ ...(await hostler.status({ signal })) }),
})

/** All that a client can be offered, in the order in which it is. */
export const allTools: readonly Tool[] = [...runTools, ...sessionTools, ...requestTools, status]
