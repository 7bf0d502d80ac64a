import { listAudit } from '../../store/audit.ts'
import { listWorkerRows } from '../../store/workers.ts'
import { line } from '../api-schema/fields.ts'
import { parseInput } from '../api-schema/parse-input.ts'
import type { Hostler } from '../contract/hostler.ts'
import { accountMethods } from './account-methods.ts'
import { agentMethods } from './agent-methods.ts'
import { deliveryMethods } from './delivery-methods.ts'
import { followChanges } from './follow-changes.ts'
import type { Front } from './front.ts'
import { parsePage } from './parse-page.ts'
import { readCosts } from './read-costs.ts'
import { readStatus } from './read-status.ts'
import { requestMethods } from './request-methods.ts'
import { runMethods } from './run-methods.ts'
import { scheduleMethods } from './schedule-methods.ts'
import { sessionMethods } from './session-methods.ts'
import { toWorkerInfo } from './to-worker-info.ts'
import { tokenMethods } from './token-methods.ts'

/**
 * Everything that can be done with hostler, over the store: agents are the workers' alone. Disposing of it
 * ends nothing, as the service is its owner's.
 */
export function createFront(front: Front): Hostler {
  const { context } = front
  const { store } = context
  return {
    sessions: sessionMethods(front),
    runs: runMethods(front),
    requests: requestMethods(front),
    schedules: scheduleMethods(front),
    accounts: accountMethods(front),
    agents: agentMethods(front),
    workers: {
      list: async ({ signal } = {}) => {
        signal?.throwIfAborted()
        const { worker } = context.configuration()
        return (await listWorkerRows(store)).map((row) => toWorkerInfo(row, worker))
      },
    },
    tokens: tokenMethods(front),
    deliveries: deliveryMethods(front),
    audit: async (page = {}) => {
      const { items, next } = await listAudit(store, parsePage(page))
      return {
        items: items.map(({ subject_id: subjectId, detail, id, at, actor, action }) => ({
          id,
          at,
          actor,
          action,
          subjectId,
          detail: JSON.parse(detail),
        })),
        next,
      }
    },
    changes: (range) => followChanges(front, range),
    costs: (query, call) => readCosts(context, query, call),
    status: (call) => readStatus(front, call),
    whoami: async ({ signal } = {}) => {
      signal?.throwIfAborted()
      return { actor: front.actor, scopes: ['admin'] }
    },
    as: (caller) => {
      const actor = parseInput(line(300), caller.actor, { name: 'actor' })
      return createFront({ ...front, actor })
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
