import type { HumanRequest } from '../../events/human-request.ts'
import type { Outcome } from '../../events/outcome.ts'
import type { TurnError } from '../../events/turn-result.ts'
import type { NewDelivery } from '../../store/outbox.ts'
import type { Webhook } from '../contract/configuration.ts'

/** What webhooks are told. Times are epoch milliseconds. */
export type WebhookFact =
  | {
      type: 'run.ended'
      at: number
      runId: string
      sessionId: string
      sessionKey: string | null
      profile: string
      state: 'succeeded' | 'failed' | 'cancelled'
      outcome: Outcome
      /** The reply; cut after 60,000 characters, the run has all of it. */
      text: string
      error: TurnError | null
      costUsd: number
      labels: Record<string, string>
    }
  | {
      type: 'request.opened'
      at: number
      requestId: string
      runId: string
      sessionId: string
      sessionKey: string | null
      profile: string
      expiresAt: number | null
      request: HumanRequest
    }
  | {
      /** Nothing starts with a login any more before `until`, or before somebody mends it; or it works again. */
      type: 'account.changed'
      at: number
      accountId: string
      label: string
      state: 'ok' | 'parked' | 'tripped' | 'refused'
      until: number | null
      reason: string | null
    }
  | {
      /** A limit on money is nearly used up. */
      type: 'budget.warning'
      at: number
      /** `day`, `profile review a day`, `label team=inn a day`, `session`. */
      limit: string
      /** One of each is told of. */
      scope: string
      spentUsd: number
      limitUsd: number
      resetsAt: number | null
      /** Whose attempt it was. */
      sessionId: string
      sessionKey: string | null
      runId: string
      profile: string
    }

const maxTextLength = 60_000

/** The channel of a webhook's deliveries in the outbox. */
export function webhookChannel(name: string): string {
  return `webhook:${name}`
}

/** What goes into the outbox, in the transaction that makes the fact true. */
export function webhookDeliveries(webhooks: readonly Webhook[], fact: WebhookFact): NewDelivery[] {
  const { type, at, ...rest } = fact
  const data = 'text' in rest ? { ...rest, text: cut(rest.text) } : rest
  const subjectId = subjectOf(fact)
  return webhooks
    .filter(({ events }) => events.includes(type))
    .map(({ name }) => ({
      channel: webhookChannel(name),
      // A lane each: an endpoint that refuses one of them still gets the others.
      lane: `${webhookChannel(name)}:${type}:${subjectId}`,
      kind: type,
      payload: { type, timestamp: new Date(at).toISOString(), data },
    }))
}

function subjectOf(fact: WebhookFact): string {
  switch (fact.type) {
    case 'run.ended':
      return fact.runId
    case 'request.opened':
      return fact.requestId
    case 'account.changed':
      return fact.accountId
    case 'budget.warning':
      return fact.scope
    default:
      return fact satisfies never
  }
}

function cut(text: string): string {
  if (text.length <= maxTextLength) return text
  const last = text.charCodeAt(maxTextLength - 1)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return text.slice(0, isHalf ? maxTextLength - 1 : maxTextLength)
}
