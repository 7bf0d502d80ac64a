import { sql } from 'kysely'
import type { Reader } from '../reader.ts'
import type { Tx } from '../store.ts'
import type { BudgetRow } from '../tables.ts'
import { isAbout, toSubjectKey, type Subject } from './subjects.ts'

/** For whose money, and in which time, a limit holds. */
export type Scope = {
  /** The row's key. */
  scope: string
  subject: Subject
  /** Epoch milliseconds. */
  startsAt: number
  /** null: it never begins anew. */
  endsAt: number | null
}

/** What has been counted in a scope. Micro-dollars. */
export type Counted = { spentMicros: number; reservedMicros: number; warnedAt: number | null }

/** How long the rows of days that are over stay. */
const keptMs = 7 * 86_400_000

/**
 * What has been counted in each scope, by its key. A scope that nobody has asked for before has no row:
 * what was spent in it is summed up.
 */
export async function readBudgets(
  store: Reader,
  scopes: readonly Scope[],
): Promise<Map<string, Counted>> {
  const rows = await rowsOf(store, scopes)
  const counted = new Map(rows.map((row) => [row.scope, toCounted(row)]))
  for (const scope of scopes) {
    if (counted.has(scope.scope)) continue
    const spentMicros = await sumSpent(store, scope)
    counted.set(scope.scope, { spentMicros, reservedMicros: 0, warnedAt: null })
  }
  return counted
}

/** Locks the scopes' rows in the order of their keys; those that are not there yet are made. */
export async function lockBudgets(
  tx: Tx,
  scopes: readonly Scope[],
  { now }: { now: number },
): Promise<Map<string, Counted>> {
  if (scopes.length === 0) return new Map()
  const there = new Set((await rowsOf(tx, scopes)).map(({ scope }) => scope))
  const missing = scopes.filter(({ scope }) => !there.has(scope))
  if (missing.length > 0) await makeBudgets(tx, missing, { now })
  const rows = await tx.db
    .selectFrom('budgets')
    .selectAll()
    .where('scope', 'in', keysOf(scopes))
    .orderBy('scope')
    .$if(tx.dialect === 'postgres', (query) => query.forUpdate())
    .execute()
  return new Map(rows.map((row) => [row.scope, toCounted(row)]))
}

async function makeBudgets(
  tx: Tx,
  scopes: readonly Scope[],
  { now }: { now: number },
): Promise<void> {
  // An attempt that ends just now either sees the row and counts in it, or is seen by the sum: whoever
  // counts has this table locked, and before any of its rows is.
  if (tx.dialect === 'postgres') await sql`lock table budgets in exclusive mode`.execute(tx.db)
  for (const scope of scopes) {
    await tx.db
      .insertInto('budgets')
      .values({
        scope: scope.scope,
        subject: toSubjectKey(scope.subject),
        starts_at: scope.startsAt,
        ends_at: scope.endsAt,
        spent_micros: await sumSpent(tx, scope),
        reserved_micros: 0,
        updated_at: now,
      })
      .onConflict((conflict) => conflict.column('scope').doNothing())
      .execute()
  }
  const isOpen = tx.db.selectFrom('reservations').select('scope')
  await tx.db
    .deleteFrom('budgets')
    .where('ends_at', '<', now - keptMs)
    .where('scope', 'not in', isOpen)
    .execute()
}

async function rowsOf(store: Reader, scopes: readonly Scope[]): Promise<BudgetRow[]> {
  if (scopes.length === 0) return []
  const query = store.db.selectFrom('budgets').selectAll()
  return await query.where('scope', 'in', keysOf(scopes)).execute()
}

async function sumSpent(
  store: Reader,
  { subject, startsAt, endsAt }: Pick<Scope, 'subject' | 'startsAt' | 'endsAt'>,
): Promise<number> {
  const { micros } = await store.db
    .selectFrom('spending')
    .select((eb) => eb.fn.sum<number | string | null>('cost_micros').as('micros'))
    .where((eb) => isAbout(eb, subject))
    .where('at', '>=', startsAt)
    .$if(endsAt !== null, (query) => query.where('at', '<', endsAt))
    .executeTakeFirstOrThrow()
  return Number(micros ?? 0)
}

function keysOf(scopes: readonly Scope[]): string[] {
  return scopes.map(({ scope }) => scope)
}

function toCounted(row: BudgetRow): Counted {
  const { spent_micros: spentMicros, reserved_micros: reservedMicros, warned_at: warnedAt } = row
  return { spentMicros, reservedMicros, warnedAt }
}
