import type { Tx } from '../store.ts'
import { lockBudgets, type Counted, type Scope } from './budgets.ts'

/** A limit on money. */
export type Limit = Scope & {
  /** For people: `day`, `profile review a day`, `label team=inn a day`, `session`. */
  name: string
  limitMicros: number
}

/** What an attempt sets aside of each limit. */
export type Reservation = {
  limits: readonly Limit[]
  amountMicros: number
  /** What is thrown when it does not fit into one. */
  toError: (limit: Limit, counted: Counted) => Error
}

/**
 * Sets money aside for an attempt, in all of its limits or in none. Within the transaction that begins
 * it, after its session is locked.
 * @throws what `toError` makes of the first limit in which there is too little left
 */
export async function reserveBudget(
  tx: Tx,
  { limits, amountMicros, toError }: Reservation,
  { attemptId, now }: { attemptId: string; now: number },
): Promise<void> {
  if (limits.length === 0) return
  const budgets = await lockBudgets(tx, limits, { now })
  for (const limit of limits) {
    const counted = budgets.get(limit.scope)
    if (counted === undefined) continue
    if (leftOf(limit, counted) < amountMicros) throw toError(limit, counted)
  }
  const scopes = limits.map(({ scope }) => scope)
  await tx.db
    .updateTable('budgets')
    .set((eb) => ({
      reserved_micros: eb('reserved_micros', '+', amountMicros),
      updated_at: now,
    }))
    .where('scope', 'in', scopes)
    .execute()
  await tx.db
    .insertInto('reservations')
    .values(scopes.map((scope) => ({ attempt_id: attemptId, scope, micros: amountMicros })))
    .execute()
}

/** What an attempt may still have of a limit. Micro-dollars, below 0 when more was spent. */
export function leftOf(
  { limitMicros }: Pick<Limit, 'limitMicros'>,
  { spentMicros, reservedMicros }: Pick<Counted, 'spentMicros' | 'reservedMicros'>,
): number {
  return limitMicros - spentMicros - reservedMicros
}
