import type { Insertable } from 'kysely'
import type { Usage } from '../../events/turn-result.ts'
import { toMicros } from '../../util/money.ts'
import type { Tx } from '../store.ts'
import type { SpendingTable } from '../tables.ts'

type ModelSpending = Pick<
  SpendingTable,
  | 'model'
  | 'cost_micros'
  | 'input_tokens'
  | 'output_tokens'
  | 'cache_read_tokens'
  | 'cache_creation_tokens'
>

/** Writes what an attempt cost, with each model: the sum is exactly what the attempt cost. */
export async function recordSpending(
  tx: Tx,
  spent: Omit<SpendingTable, keyof ModelSpending> & { costMicros: number; usage: Usage | null },
): Promise<void> {
  const { costMicros, usage, ...about } = spent
  const rows: Insertable<SpendingTable>[] = toModelSpending(costMicros, usage).map((row) => ({
    ...about,
    ...row,
  }))
  if (rows.length > 0) await tx.db.insertInto('spending').values(rows).execute()
}

/**
 * A cost split by model. Each share is rounded by itself, so that they may be off by a millionth of a
 * dollar each: the largest takes that. What no model accounts for has the model ''.
 */
export function toModelSpending(costMicros: number, usage: Usage | null): ModelSpending[] {
  const rows = Object.entries(usage?.byModel ?? {})
    .map(([model, figures]) => ({
      model,
      cost_micros: toMicros(figures.costUsd),
      input_tokens: figures.inputTokens,
      output_tokens: figures.outputTokens,
      cache_read_tokens: figures.cacheReadTokens,
      cache_creation_tokens: figures.cacheCreationTokens,
    }))
    .toSorted((one, other) => other.cost_micros - one.cost_micros)
  const rest = costMicros - rows.reduce((sum, row) => sum + row.cost_micros, 0)
  const [largest] = rows
  if (largest !== undefined && Math.abs(rest) <= rows.length) largest.cost_micros += rest
  else if (rest !== 0) rows.push({ ...nothingOf(''), cost_micros: rest })
  return rows
}

function nothingOf(model: string): ModelSpending {
  return {
    model,
    cost_micros: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cache_creation_tokens: 0,
  }
}
