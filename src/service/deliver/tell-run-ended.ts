import type { NewDelivery } from '../../store/outbox.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { toUsd } from '../../util/money.ts'
import type { Webhook } from '../contract/configuration.ts'
import { parseOutcome } from '../front/parse-outcome.ts'
import { webhookDeliveries } from './webhook-deliveries.ts'

/** What webhooks are told of a run that has just ended. */
export function tellRunEnded(
  webhooks: readonly Webhook[],
  { run, session }: { run: RunRow; session: Pick<SessionRow, 'id' | 'key' | 'profile'> },
): NewDelivery[] {
  const { state } = run
  if (webhooks.length === 0) return []
  if (state !== 'succeeded' && state !== 'failed' && state !== 'cancelled') return []
  return webhookDeliveries(webhooks, {
    type: 'run.ended',
    at: run.ended_at ?? Date.now(),
    runId: run.id,
    sessionId: session.id,
    sessionKey: session.key,
    profile: session.profile,
    state,
    outcome: parseOutcome(run.outcome) ?? 'cancelled',
    text: run.text ?? '',
    error: run.error === null ? null : JSON.parse(run.error),
    costUsd: toUsd(run.cost_micros),
    labels: JSON.parse(run.labels),
  })
}
