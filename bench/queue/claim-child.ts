// Claims sessions out of many, and sends what each claim took: node claim-child.ts <ClaimTask as JSON>
import { sql } from 'kysely'
import type { SiteTask } from '../ground/ground.ts'
import { openHostler } from '../../src/index.ts'
import { openStore } from '../../src/store/open-store.ts'
import { claimSessions } from '../../src/store/queue/claim.ts'
import type { Tx } from '../../src/store/store.ts'
import { registerWorker } from '../../src/store/workers.ts'

export type ClaimTask = {
  site: SiteTask
  queued: number
  /** Runs that wait for another one, each in a session of its own. */
  dependent: number
  schedules: number
  rounds: number
}

/** The time of what waits for something that is no time. Epoch milliseconds. */
const neverDue = 8_640_000_000_000_000
/** Warm-up, not counted. */
const discarded = 10

const { site, queued, dependent, schedules, rounds }: ClaimTask = JSON.parse(
  process.argv[2] ?? '{}',
)
const { configuration, dataDir, env } = site
const hostler = await openHostler({ configuration, dataDir, env, worker: false })
const { id, sessionId } = await hostler.runs.submit({ key: 'one', prompt: 'hi' })
await hostler.close()
const store = await openStore(site.where)
await store.transact(async (tx) => {
  const copies = [
    { mark: '-w', count: dependent, ready: neverDue },
    { mark: '-q', count: queued - 1, ready: null },
  ]
  for (const { mark, count, ready } of copies) {
    const more = { mark, count, set: ready === null ? {} : { ready_at: ready } }
    await multiply(tx, 'sessions', { ids: { id: sessionId, key: 'one' }, ...more })
    await multiply(tx, 'runs', { ids: { id, session_id: sessionId }, ...more })
  }
  await sql`insert into run_dependencies (run_id, depends_on)
    select id, ${id} from runs where ready_at = ${neverDue}`.execute(tx.db)
  await addSchedules(tx)
})
// What a server does by itself within a minute of such a change.
if (store.dialect === 'postgres') {
  await sql`analyze sessions, runs, run_dependencies, schedules`.execute(store.db)
}
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

async function addSchedules({ db }: Tx): Promise<void> {
  const now = Date.now()
  for (let index = 0; index < schedules; index++) {
    const name = `schedule ${index}`
    await db
      .insertInto('schedules')
      .values({
        id: name,
        name,
        cron: '0 3 * * *',
        timezone: 'UTC',
        state: 'active',
        submission: '{}',
        policy: '{}',
        next_at: now + 86_400_000 + index,
        created_at: now,
        updated_at: now,
      })
      .execute()
  }
}

/** Copies a row as often as is wanted, each copy under ids of its own. */
async function multiply(
  { db }: Tx,
  table: 'sessions' | 'runs',
  more: {
    ids: Record<string, string>
    mark: string
    count: number
    set: Record<string, number>
  },
): Promise<void> {
  const { ids, mark, count, set } = more
  if (count <= 0) return
  const row = await db
    .selectFrom(table)
    .selectAll()
    .where('id', '=', ids['id'] ?? '')
    .executeTakeFirstOrThrow()
  const columns = Object.keys(row)
  const values = columns.map((name) =>
    name in ids
      ? sql`${sql.ref(name)} || ${sql.lit(mark)} || i`
      : name in set
        ? sql`${sql.lit(set[name])}`
        : sql.ref(name),
  )
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
    with recursive numbers (i) as (select 1 union all select i + 1 from numbers where i < ${sql.lit(count)})
    select ${sql.join(values)} from ${sql.table(table)} cross join numbers
    where id = ${ids['id']}`.execute(db)
}
