import { sql, type RawBuilder } from 'kysely'
import { hostlerError } from '../../errors.ts'
import type { Store, Tx } from '../store.ts'
import { countRows, tableKeys } from './table-names.ts'

/** How far a copy has come. */
export type CopyProgress = { table: string; done: number; total: number }

type Row = Record<string, unknown>

const rowsAtOnce = 500
/** Chunks are large. */
const chunksAtOnce = 10

/**
 * Copies everything from one store to an empty one, in one transaction on each side: of one moment, and
 * all or nothing. The counts of both are compared before the end. Nobody should be at work in either;
 * in a SQLite source nobody else can write meanwhile.
 * @throws invalid_input when the target is not empty
 */
export async function copyStore(
  from: Store,
  to: Store,
  options: { onProgress?: (progress: CopyProgress) => void; signal?: AbortSignal } = {},
): Promise<{ counts: Record<string, number> }> {
  return await from.transact(
    (source) =>
      to.transact(async (target) => {
        assertEmpty(await countRows(target))
        const counts = await countRows(source)
        for (const table of Object.keys(counts)) {
          await copyTable(table, { source, target, total: counts[table] ?? 0, ...options })
        }
        if (to.dialect === 'postgres') await goOnCounting(target)
        assertSame(counts, await countRows(target))
        return { counts }
      }, options),
    options,
  )
}

async function copyTable(
  table: string,
  copy: {
    source: Tx
    target: Tx
    total: number
    onProgress?: (progress: CopyProgress) => void
    signal?: AbortSignal
  },
): Promise<void> {
  const { source, target, total, onProgress, signal } = copy
  let done = 0
  let last: Row | null = null
  onProgress?.({ table, done, total })
  for (;;) {
    signal?.throwIfAborted()
    const rows: Row[] = await readSome(source, table, last)
    if (rows.length === 0) return
    await insertSome(target, table, rows)
    last = rows.at(-1) ?? null
    done += rows.length
    onProgress?.({ table, done, total })
  }
}

async function readSome(source: Tx, table: string, after: Row | null): Promise<Row[]> {
  const key = keyOf(table)
  const columns = sql.join(key.map((column) => sql.ref(column)))
  const isAfter =
    after === null
      ? sql`1 = 1`
      : sql`(${columns}) > (${sql.join(key.map((column) => after[column]))})`
  const limit = table === 'chunks' ? chunksAtOnce : rowsAtOnce
  const query: RawBuilder<Row> = sql`
    select * from ${sql.table(table)} where ${isAfter} order by ${columns} limit ${limit}`
  return (await query.execute(source.db)).rows
}

async function insertSome(target: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`)
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    values ${sql.join(values)}`.execute(target.db)
}

/** The ids that PostgreSQL gives go on after those that were copied. */
async function goOnCounting(target: Tx): Promise<void> {
  await sql`
    select setval(pg_get_serial_sequence('changes', 'id'), max(id)) from changes
    having max(id) is not null`.execute(target.db)
}

function keyOf(table: string): readonly string[] {
  const found = Object.entries(tableKeys).find(([name]) => name === table)
  if (found === undefined) throw new Error(`no table ${table}`)
  return found[1]
}

function assertEmpty(counts: Record<string, number>): void {
  const full = Object.entries(counts).filter(([, count]) => count > 0)
  if (full.length === 0) return
  const found = full.map(([table, count]) => `${count} ${table}`).join(', ')
  throw hostlerError('invalid_input', {
    field: 'to',
    problem: `the database is not empty: it has ${found}`,
    cure: 'name a new database, and nothing is overwritten',
  })
}

function assertSame(source: Record<string, number>, target: Record<string, number>): void {
  for (const [table, count] of Object.entries(source)) {
    if (target[table] === count) continue
    throw hostlerError('database_unavailable', {
      what: 'was not copied',
      problem: `${table} has ${count} rows here and ${target[table] ?? 0} there`,
      cure: 'nothing was kept there; try again while no hostler runs on either',
    })
  }
}
