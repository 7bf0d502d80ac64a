import type { Reader } from '../reader.ts'

/** How many open runs of its session come before each of these. */
export async function aheadOf(
  store: Reader,
  runIds: readonly string[],
): Promise<Map<string, number>> {
  if (runIds.length === 0) return new Map()
  const rows = await store.db
    .selectFrom('runs')
    .innerJoin('runs as other', 'other.session_id', 'runs.session_id')
    .select((eb) => ['runs.id', eb.fn.countAll<number>().as('count')])
    .where('runs.id', 'in', runIds)
    .where('other.state', 'in', ['queued', 'running', 'waiting'])
    .whereRef('other.ordinal', '<', 'runs.ordinal')
    // Those that wait for other runs let later ones pass.
    .where('other.open_dependencies', '=', 0)
    .groupBy('runs.id')
    .execute()
  return new Map(rows.map(({ id, count }) => [id, count]))
}
