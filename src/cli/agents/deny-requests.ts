import type { CanUseTool, OnElicitation } from '../../agent/index.ts'

/**
 * Where nobody can be asked, a request is denied as the CLI itself would have done: an agent that was
 * started at a terminal would wait for ever.
 */
export function denyRequests(): { canUseTool: CanUseTool; onElicitation: OnElicitation } {
  return {
    canUseTool: async () => ({ behavior: 'deny', message: 'There is nobody who could be asked.' }),
    onElicitation: async () => ({ action: 'decline' }),
  }
}
