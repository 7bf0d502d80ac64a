import type { Reader } from './reader.ts'
import type { RunRow } from './tables.ts'

/** How many runs there are of each kind that has not ended. */
export type OpenRuns = {
  queued: number
  running: number
  waiting: { human: number; children: number; time: number }
}

/** Counts the runs that have not ended. */
export async function countOpenRuns(store: Reader): Promise<OpenRuns> {
  const rows = await store.db
    .selectFrom('runs')
    .select((eb) => ['state', 'waiting_on', eb.fn.countAll<number>().as('count')])
    .where('state', 'in', ['queued', 'running', 'waiting'])
    .groupBy(['state', 'waiting_on'])
    .execute()
  const sum = (state: RunRow['state'], on?: RunRow['waiting_on']): number =>
    rows
      .filter((row) => row.state === state && (on === undefined || row.waiting_on === on))
      .reduce((total, row) => total + row.count, 0)
  return {
    queued: sum('queued'),
    running: sum('running'),
    waiting: {
      human: sum('waiting', 'human'),
      children: sum('waiting', 'children'),
      time: sum('waiting', 'time'),
    },
  }
}

/** How many runs ended with each outcome since then (epoch milliseconds). */
export async function countOutcomes(store: Reader, since: number): Promise<Record<string, number>> {
  const rows = await store.db
    .selectFrom('runs')
    .select((eb) => ['outcome', eb.fn.countAll<number>().as('count')])
    .where('ended_at', '>=', since)
    .where('outcome', 'is not', null)
    .groupBy('outcome')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.outcome ?? '', row.count]))
}

/** What the attempts that ended since then (epoch milliseconds) cost, in micro-dollars. */
export async function costSince(store: Reader, since: number): Promise<number> {
  const row = await store.db
    .selectFrom('spending')
    .select((eb) => eb.fn.sum<number | string | null>('cost_micros').as('cost'))
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(row.cost ?? 0)
}

/** How many requests wait for an answer. */
export async function countOpenRequests(store: Reader): Promise<number> {
  const row = await store.db
    .selectFrom('requests')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  return row.count
}

/** Live agents by what they are at: `busy` in a session that is owned, `warm` in another, `spare` in none. */
export async function countAgents(
  store: Reader,
): Promise<{ busy: number; warm: number; spare: number }> {
  const rows = await store.db
    .selectFrom('agents')
    .leftJoin('sessions', 'sessions.id', 'agents.session_id')
    .select(['agents.session_id', 'sessions.owner'])
    .where('agents.state', '=', 'live')
    .execute()
  const spare = rows.filter((row) => row.session_id === null).length
  const busy = rows.filter((row) => row.owner !== null).length
  return { busy, warm: rows.length - spare - busy, spare }
}

/** What live agents hold in memory together, as far as it is known. Bytes. */
export async function sumAgentMemory(store: Reader): Promise<number> {
  const { bytes } = await store.db
    .selectFrom('agents')
    .select((eb) => eb.fn.sum<number | string | null>('memory_bytes').as('bytes'))
    .where('state', '=', 'live')
    .executeTakeFirstOrThrow()
  return Number(bytes ?? 0)
}
