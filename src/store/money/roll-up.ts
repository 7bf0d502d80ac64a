import type { Tx } from '../store.ts'
import type { RunRow } from '../tables.ts'

/**
 * Adds what a run that has ended cost, its children included, to its parent; and above it to each run
 * that has ended already, whose own end has told its parent of less.
 */
export async function rollUp(
  tx: Tx,
  run: Pick<RunRow, 'parent_run_id' | 'cost_micros' | 'children_cost_micros'>,
): Promise<void> {
  const micros = run.cost_micros + run.children_cost_micros
  let parentId = run.parent_run_id
  while (parentId !== null && micros !== 0) {
    const parent = await tx.db
      .updateTable('runs')
      .set((eb) => ({ children_cost_micros: eb('children_cost_micros', '+', micros) }))
      .where('id', '=', parentId)
      .returning(['parent_run_id', 'ended_at'])
      .executeTakeFirst()
    parentId = parent === undefined || parent.ended_at === null ? null : parent.parent_run_id
  }
}
