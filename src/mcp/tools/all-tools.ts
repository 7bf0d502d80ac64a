import type { Tool } from '../tool.ts'
import { operationTools } from './operation-tools.ts'
import { requestTools } from './request-tools.ts'
import { runTools } from './run-tools.ts'
import { sessionTools } from './session-tools.ts'

/** All that a client can be offered, in the order in which it is. */
export const allTools: readonly Tool[] = [
  ...runTools,
  ...sessionTools,
  ...requestTools,
  ...operationTools,
]
