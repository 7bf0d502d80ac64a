import { appendInTx } from '../../store/events/append-in-tx.ts'
import { lockBudgets, readBudgets } from '../../store/money/budgets.ts'
import type { Limit } from '../../store/money/reserve-budget.ts'
import { mergeLabels } from '../../store/money/subjects.ts'
import { enqueueDelivery } from '../../store/outbox.ts'
import { lockSession } from '../../store/queue/lock-sessions.ts'
import type { Tx } from '../../store/store.ts'
import type { RunRow, SessionRow } from '../../store/tables.ts'
import { toUsd } from '../../util/money.ts'
import { toError } from '../../util/to-error.ts'
import type { ServiceContext } from '../context.ts'
import { webhookDeliveries } from '../deliver/webhook-deliveries.ts'
import { limitsOf } from './limits-of.ts'

type Warning = { limit: Limit; spentMicros: number }
type Given = { session: SessionRow; run: RunRow }

/**
 * Tells that a limit is nearly used up: once for each, by whoever's attempt was the last drop. Called
 * when an attempt has been settled; when that is missed, the next one's end makes up for it. Never throws.
 */
export async function warnOfBudgets(context: ServiceContext, given: Given): Promise<void> {
  const { store, log } = context
  const { session, run } = given
  try {
    const configuration = context.configuration()
    const profile = configuration.profiles[session.profile]
    if (profile === undefined) return
    const labels = mergeLabels(session.labels, run.labels)
    const about = { profile, sessionId: session.id, labels, at: store.clock() }
    const limits = limitsOf(configuration, about)
    const budgets = await readBudgets(store, limits)
    const isNear = (limit: Limit): boolean => {
      const counted = budgets.get(limit.scope)
      if (counted === undefined || counted.warnedAt !== null) return false
      return counted.spentMicros >= limit.limitMicros * configuration.budgets.warnAt
    }
    const near = limits.filter(isNear)
    if (near.length === 0) return
    const warned = await store.transact((tx) => warn(tx, context, { ...given, near }))
    for (const { limit, spentMicros } of warned) {
      const figures = { spentUsd: toUsd(spentMicros), limitUsd: toUsd(limit.limitMicros) }
      log.warn({ limit: limit.name, ...figures }, 'a limit on money is nearly used up')
    }
  } catch (error) {
    log.warn({ sessionId: session.id, err: toError(error) }, 'limits could not be looked at')
  }
}

async function warn(
  tx: Tx,
  { configuration }: ServiceContext,
  { session, run, near }: Given & { near: readonly Limit[] },
): Promise<Warning[]> {
  const { now } = await lockSession(tx, session.id)
  const budgets = await lockBudgets(tx, near, { now })
  const warned: Warning[] = []
  for (const limit of near) {
    const counted = budgets.get(limit.scope)
    // Somebody else was quicker.
    if (counted === undefined || counted.warnedAt !== null) continue
    warned.push({ limit, spentMicros: counted.spentMicros })
    const row = tx.db.updateTable('budgets').set({ warned_at: now, updated_at: now })
    await row.where('scope', '=', limit.scope).execute()
  }
  const facts = warned.map(({ limit, spentMicros }) => ({
    limit: limit.name,
    spentUsd: toUsd(spentMicros),
    limitUsd: toUsd(limit.limitMicros),
    resetsAt: limit.endsAt,
    scope: limit.scope,
  }))
  await appendInTx(tx, session.id, {
    runId: run.id,
    events: facts.map(({ limit, spentUsd, limitUsd }) => ({
      type: 'budget_warning',
      limit,
      spentUsd,
      limitUsd,
    })),
  })
  const about = { at: now, sessionId: session.id, sessionKey: session.key, runId: run.id }
  for (const fact of facts) {
    const deliveries = webhookDeliveries(configuration().webhooks, {
      type: 'budget.warning',
      ...about,
      profile: session.profile,
      ...fact,
    })
    for (const delivery of deliveries) await enqueueDelivery(tx, delivery)
  }
  return warned
}
