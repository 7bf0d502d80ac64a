// Claims sessions out of many, and sends what each claim took: node claim-child.ts <ClaimTask as JSON>
import { sql } from 'kysely'
import type { SiteTask } from '../ground/ground.ts'
import { openHostler } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import { claimSessions } from '../../src/store/queue/claim.ts'
import type { Tx } from '../../src/store/store.ts'
import { registerWorker } from '../../src/store/workers.ts'

export type ClaimTask = { site: SiteTask; queued: number; rounds: number }

/** Warm-up, not counted. */
const discarded = 10

const { site, queued, rounds }: ClaimTask = JSON.parse(process.argv[2] ?? '{}')
const { configuration, dataDir, env } = site
const hostler = await openHostler({ configuration, dataDir, env, worker: false })
const { id, sessionId } = await hostler.runs.submit({ key: 'one', prompt: 'hi' })
await hostler.close()
const store = await openStore(site.where)
await store.transact(async (tx) => {
  await multiply(tx, 'sessions', { id: sessionId, key: 'one' })
  await multiply(tx, 'runs', { id, session_id: sessionId })
})
// What a server does by itself within a minute of such a change.
if (store.dialect === 'postgres') await sql`analyze sessions, runs`.execute(store.db)
await registerWorker(store, {
  id: 'bench',
  host: 'bench',
  pid: process.pid,
  version: 'bench',
  pools: ['default'],
  paths: ['*'],
  profiles: ['default'],
  capacity: 1,
})
const claimMs: number[] = []
for (let round = -discarded; round < rounds; round++) {
  const startedAt = performance.now()
  const claims = await claimSessions(store, {
    workerId: 'bench',
    pools: ['default'],
    profiles: ['default'],
    leaseMs: 600_000,
    limit: 1,
    globalLimit: null,
    profileLimits: {},
    homeGraceMs: 500,
  })
  if (claims.length !== 1) throw new Error(`${claims.length} sessions were claimed`)
  if (round >= 0) claimMs.push(performance.now() - startedAt)
}
await store[Symbol.asyncDispose]()
process.send?.(JSON.stringify(claimMs))
process.disconnect?.()

/** Copies a row as often as is wanted, each copy under ids of its own. */
async function multiply(
  { db }: Tx,
  table: 'sessions' | 'runs',
  ids: Record<string, string>,
): Promise<void> {
  const row = await db
    .selectFrom(table)
    .selectAll()
    .where('id', '=', ids['id'] ?? '')
    .executeTakeFirstOrThrow()
  const columns = Object.keys(row)
  const values = columns.map((name) =>
    name in ids ? sql`${sql.ref(name)} || '-' || i` : sql.ref(name),
  )
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < ${sql.lit(queued - 1)})
    select ${sql.join(values)} from ${sql.table(table)} cross join numbers
    where id = ${ids['id']}`.execute(db)
}
