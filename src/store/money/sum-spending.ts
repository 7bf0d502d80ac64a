import { sql, type Expression, type ExpressionBuilder, type RawBuilder, type SqlBool } from 'kysely'
import type { Day } from '../../util/day-of.ts'
import type { DialectName } from '../store.ts'
import type { Reader } from '../reader.ts'
import type { Tables } from '../tables.ts'
import { hasLabel } from '../text-match.ts'

/** What spending is summed up by. */
export type SpendingGroup =
  | { by: 'day'; days: readonly Day[] }
  | { by: 'profile' | 'session_id' | 'model' | 'account_id' }
  | { by: 'label'; label: string }

export type SpendingFilter = {
  /** Epoch milliseconds. */
  from: number
  to: number
  profile?: string | undefined
  sessionId?: string | undefined
  labels?: Readonly<Record<string, string>> | undefined
}

/** A sum; money in micro-dollars. `keys` in the order of the groups, `''` for what has none. */
export type SpendingSum = {
  keys: string[]
  micros: number
  runs: number
  attempts: number
  inputTokens: number
  outputTokens: number
  cacheReadTokens: number
  cacheCreationTokens: number
}

/** Sums up by each of the groups, in no order. Without groups: one sum of all. */
export async function sumSpending(
  store: Reader,
  filter: SpendingFilter,
  groups: readonly SpendingGroup[],
): Promise<SpendingSum[]> {
  const keys = groups.map((_, index) => `k${index}`)
  // Grouped by name: PostgreSQL takes two expressions with parameters for two different ones.
  const rows = store.db
    .selectFrom('spending')
    .select((eb) => [
      ...groups.map((group, index) => toKey(eb, { group, dialect: store.dialect }).as(`k${index}`)),
      'run_id',
      'attempt_id',
      'cost_micros',
      'input_tokens',
      'output_tokens',
      'cache_read_tokens',
      'cache_creation_tokens',
    ])
    .where((eb) => eb.and(conditions(eb, filter)))
    .as('rows')
  const sum = (column: string): RawBuilder<unknown> => sql`coalesce(sum(${sql.ref(column)}), 0)`
  const sums = await store.db
    .selectFrom(rows)
    .select([
      ...keys.map((key) => sql`${sql.ref(key)}`.as(key)),
      sum('cost_micros').as('micros'),
      sql`count(distinct run_id)`.as('runs'),
      sql`count(distinct attempt_id)`.as('attempts'),
      sum('input_tokens').as('inputTokens'),
      sum('output_tokens').as('outputTokens'),
      sum('cache_read_tokens').as('cacheReadTokens'),
      sum('cache_creation_tokens').as('cacheCreationTokens'),
    ])
    .$if(keys.length > 0, (query) => query.groupBy(keys.map((key) => sql.ref(key))))
    .execute()
  return sums.map((row) => toSum(row, groups))
}

/** When the first attempt ended that counts, from a time on. Epoch milliseconds. */
export async function firstSpendingAt(store: Reader, from: number): Promise<number | null> {
  const row = await store.db
    .selectFrom('spending')
    .select('at')
    .where('at', '>=', from)
    .orderBy('at')
    .limit(1)
    .executeTakeFirst()
  return row?.at ?? null
}

function toSum(
  row: Readonly<Record<string, unknown>>,
  groups: readonly SpendingGroup[],
): SpendingSum {
  const keys = groups.map((group, index) => {
    const key = row[`k${index}`]
    if (group.by === 'day') return group.days[Number(key)]?.name ?? ''
    return typeof key === 'string' ? key : ''
  })
  const number = (name: string): number => Number(row[name] ?? 0)
  return {
    keys,
    micros: number('micros'),
    runs: number('runs'),
    attempts: number('attempts'),
    inputTokens: number('inputTokens'),
    outputTokens: number('outputTokens'),
    cacheReadTokens: number('cacheReadTokens'),
    cacheCreationTokens: number('cacheCreationTokens'),
  }
}

function toKey(
  eb: ExpressionBuilder<Tables, 'spending'>,
  { group, dialect }: { group: SpendingGroup; dialect: DialectName },
): RawBuilder<unknown> {
  switch (group.by) {
    case 'day':
      return toDayIndex(eb.ref('at'), group.days)
    case 'profile':
    case 'session_id':
    case 'model':
    case 'account_id':
      return sql`${eb.ref(group.by)}`
    case 'label': {
      const labels = eb.ref('labels')
      // The databases have no way in common to look into JSON.
      return dialect === 'postgres'
        ? sql`${labels}::json ->> cast(${group.label} as text)`
        : sql`(select value from json_each(${labels}) where key = ${group.label})`
    }
    default:
      return group satisfies never
  }
}

const dayMs = 86_400_000

/**
 * Which of the days a time lies in. Days of 24 hours that follow one another are reckoned, so that there
 * is one case for them all, and one each for the two days of a year on which clocks are put.
 */
function toDayIndex(at: Expression<number>, days: readonly Day[]): RawBuilder<number> {
  const cases: RawBuilder<unknown>[] = []
  for (let index = 0; index < days.length;) {
    let next = index + 1
    const isUsual = (day: Day | undefined): boolean =>
      day !== undefined && day.endsAt - day.startsAt === dayMs
    if (isUsual(days[index])) while (isUsual(days[next])) next++
    const { startsAt = 0 } = days[index] ?? {}
    const { endsAt = 0 } = days[next - 1] ?? {}
    const since = sql`(${at} - ${sql.lit(startsAt)}) / ${sql.lit(dayMs)}`
    const value = isUsual(days[index]) ? sql`${sql.lit(index)} + ${since}` : sql.lit(index)
    cases.push(sql`when ${at} < ${sql.lit(endsAt)} then ${value}`)
    index = next
  }
  return sql<number>`case ${sql.join(cases, sql` `)} else -1 end`
}

function conditions(
  eb: ExpressionBuilder<Tables, 'spending'>,
  { from, to, profile, sessionId, labels = {} }: SpendingFilter,
): Expression<SqlBool>[] {
  return [
    eb('at', '>=', from),
    eb('at', '<', to),
    ...(profile === undefined ? [] : [eb('profile', '=', profile)]),
    ...(sessionId === undefined ? [] : [eb('session_id', '=', sessionId)]),
    ...Object.entries(labels).map(([name, value]) => hasLabel(eb.ref('labels'), { name, value })),
  ]
}
