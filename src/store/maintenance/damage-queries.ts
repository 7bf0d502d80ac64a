import { sql, type RawBuilder } from 'kysely'
import type { Store } from '../store.ts'

/** A query for the ids of what must not be. */
export type DamageQuery = { problem: string; query: RawBuilder<{ id: string }> }

/** All that the rows can say about each other; each query gives nothing in a sound store. */
export function damageQueries(store: Store): DamageQuery[] {
  const queries = [...eventQueries, ...queueQueries, ...orphanQueries, ...chunkQueries]
  return store.dialect === 'postgres' ? [...queries, foreignChanges] : queries
}

const eventQueries: DamageQuery[] = [
  {
    problem: 'the events of a session have gaps, or are not those that it counts',
    // What retention has removed is before first_seq.
    query: sql`
      select sessions.id from sessions left join (
        select session_id, count(*) as amount, min(seq) as lowest, max(seq) as highest
        from events group by session_id
      ) as found on found.session_id = sessions.id
      where coalesce(found.amount, 0) <> sessions.last_seq - sessions.first_seq + 1
        or found.lowest <> sessions.first_seq or found.highest <> sessions.last_seq`,
  },
  {
    problem: 'a session counts other bytes of events than it has',
    query: sql`
      select sessions.id from sessions left join (
        select session_id, sum(octet_length(data)) as bytes from events group by session_id
      ) as found on found.session_id = sessions.id
      where coalesce(found.bytes, 0) <> sessions.event_bytes`,
  },
]

const queueQueries: DamageQuery[] = [
  {
    problem: 'a session has two runs under way',
    query: sql`
      select session_id as id from runs where state in ('running', 'waiting')
      group by session_id having count(*) > 1`,
  },
  {
    problem: 'a run is under way, but nobody has its session or will take it',
    query: sql`
      select runs.id from runs join sessions on sessions.id = runs.session_id
      where runs.state = 'running' and sessions.owner is null and sessions.ready_at is null`,
  },
  {
    problem: 'a run is queued in an idle session that nobody will take',
    query: sql`
      select runs.id from runs join sessions on sessions.id = runs.session_id
      where runs.state = 'queued' and runs.open_dependencies = 0
        and sessions.owner is null and sessions.ready_at is null
        and not exists (select 1 from runs as other where other.session_id = sessions.id
          and other.state in ('running', 'waiting'))`,
  },
  {
    problem: 'a run has ended, but one of its attempts has not',
    query: sql`
      select attempts.id from attempts join runs on runs.id = attempts.run_id
      where attempts.ended_at is null and runs.ended_at is not null`,
  },
  {
    problem: 'a run has ended without an outcome, or has an outcome and has not ended',
    query: sql`
      select id from runs where (state in ('succeeded', 'failed', 'cancelled'))
        <> (ended_at is not null and outcome is not null)`,
  },
  {
    problem: 'a run waits, and does not say on what',
    query: sql`select id from runs where (state = 'waiting') <> (waiting_on is not null)`,
  },
  {
    problem: 'a queued run waits for more or fewer runs than it has open dependencies',
    // One of which the end is still to be seen to counts, too.
    query: sql`
      select runs.id from runs where runs.state = 'queued' and runs.open_dependencies <> (
        select count(*) from run_dependencies as edge
        left join runs as other on other.id = edge.depends_on
        where edge.run_id = runs.id
          and (edge.ended is not null or (other.id is not null and other.ended_at is null)))`,
  },
  {
    problem: 'a request is open, but its run has ended',
    query: sql`
      select requests.id from requests join runs on runs.id = requests.run_id
      where requests.state = 'open' and runs.ended_at is not null`,
  },
]

const orphanQueries: DamageQuery[] = [
  ['runs', 'session_id', 'sessions'] as const,
  ['attempts', 'run_id', 'runs'] as const,
  ['requests', 'run_id', 'runs'] as const,
].map(([table, column, parent]) => ({
  problem: `one of the ${table} belongs to none of the ${parent}`,
  query: sql`
    select id from ${sql.table(table)} where not exists (
      select 1 from ${sql.table(parent)} where ${sql.ref(`${parent}.id`)} = ${sql.ref(`${table}.${column}`)})`,
}))

const chunkQueries: DamageQuery[] = [
  {
    problem: 'dependencies belong to no run',
    query: sql`
      select distinct run_id as id from run_dependencies
      where not exists (select 1 from runs where runs.id = run_dependencies.run_id)`,
  },
  {
    problem: 'events belong to no session',
    query: sql`
      select distinct session_id as id from events
      where not exists (select 1 from sessions where sessions.id = events.session_id)`,
  },
  {
    problem: 'a file in chunks has a gap or an overlap',
    query: sql`
      select owner_id as id from chunks group by kind, owner_id, name
      having sum(bytes) <> max("offset" + bytes) or min("offset") <> 0`,
  },
]

/** After a dump was restored in another server, whose count of transactions is lower. */
const foreignChanges: DamageQuery = {
  problem: 'changes are of another server, so that new ones are not seen: run hostler db migrate',
  query: sql`
    select cast(id as text) as id from changes
    where tx >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`,
}
