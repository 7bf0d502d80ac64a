import { sql } from 'kysely'
import type { Store } from '../store.ts'
import { damageQueries } from './damage-queries.ts'
import { countRows } from './table-names.ts'

/** Something that must not be: how often, and some of those that it concerns. */
export type Finding = { problem: string; count: number; examples: string[] }

/** What a check has found; sound when there are no findings. */
export type StoreCheck = { findings: Finding[]; counts: Record<string, number> }

const maxExamples = 5

/** Looks for damage, in the file as in what it says. Changes nothing; may be done while hostler works. */
export async function checkStore(
  store: Store,
  options: { onProgress?: (step: string) => void; signal?: AbortSignal } = {},
): Promise<StoreCheck> {
  const findings: Finding[] = []
  if (store.dialect === 'sqlite') {
    options.onProgress?.('the file')
    const damage = await checkFile(store)
    // What a damaged file says of its rows is worth nothing.
    if (damage.length > 0)
      return { findings: [toFinding('the file is damaged', damage)], counts: {} }
  }
  for (const { problem, query } of damageQueries(store)) {
    options.signal?.throwIfAborted()
    options.onProgress?.(problem)
    const { rows } = await query.execute(store.db)
    if (rows.length > 0)
      findings.push(
        toFinding(
          problem,
          rows.map(({ id }) => id),
        ),
      )
  }
  options.onProgress?.('counting')
  return { findings, counts: await countRows(store) }
}

async function checkFile(store: Store): Promise<string[]> {
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db)
  return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
}

function toFinding(problem: string, found: readonly string[]): Finding {
  return { problem, count: found.length, examples: found.slice(0, maxExamples) }
}
