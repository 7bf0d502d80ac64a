import type { HumanRequest } from '../../events/human-request.ts'
import type { NewDelivery } from '../../store/outbox.ts'
import type { NewRequest } from '../../store/requests.ts'
import type { ServiceContext } from '../context.ts'
import { webhookDeliveries } from '../deliver/webhook-deliveries.ts'
import type { Serve } from './worker-parts.ts'

/** A request as it is opened, under hostler's own id, and what webhooks are told of it. */
export function toNewRequest(
  { configuration, store }: Pick<ServiceContext, 'configuration' | 'store'>,
  { session, run }: Pick<Serve, 'session' | 'run'>,
  asked: {
    request: HumanRequest
    id: string
    attemptId: string | null
    agentId: string | null
    origin?: NewRequest['origin']
  },
): { opened: NewRequest; deliveries: NewDelivery[] } {
  const { id, attemptId, agentId, origin = 'agent' } = asked
  const { profiles, webhooks } = configuration()
  const { requestTimeoutMs } = profiles[session.profile] ?? {}
  const { kind, openedAt } = asked.request
  const request = { ...asked.request, id }
  // A result waits for as long as nobody looks at it.
  const expires = requestTimeoutMs !== undefined && origin !== 'review'
  const expiresAt = expires ? store.clock() + requestTimeoutMs : null
  return {
    opened: {
      id,
      control_id: asked.request.id,
      session_id: session.id,
      run_id: run.id,
      attempt_id: attemptId,
      agent_id: agentId,
      kind,
      origin,
      data: JSON.stringify(request),
      expires_at: expiresAt,
    },
    deliveries: webhookDeliveries(webhooks, {
      type: 'request.opened',
      at: openedAt,
      requestId: id,
      runId: run.id,
      sessionId: session.id,
      sessionKey: session.key,
      profile: session.profile,
      expiresAt,
      request,
    }),
  }
}
