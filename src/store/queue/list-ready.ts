import { sql, type ExpressionBuilder, type RawBuilder, type SqlBool } from 'kysely'
import type { DialectName } from '../store.ts'
import type { Tables } from '../tables.ts'
import type { Group } from './list-groups.ts'
import type { PickOptions, QueueReader } from './pick-sessions.ts'

/** A session that is ready, as far as its row says. */
export type Candidate = {
  id: string
  profile: string
  ready_at: number | null
  workspace_lock: string | null
}

/** Those of a group that this worker may have, the longest ready first. */
export async function listReady(
  reader: QueueReader,
  group: Group,
  { options, paths, limit }: { options: PickOptions; paths: string[] | null; limit: number },
): Promise<Candidate[]> {
  return await reader.db
    .selectFrom('sessions')
    .select(['id', 'profile', 'ready_at', 'workspace_lock'])
    .where('pool', '=', group.pool)
    .where('profile', '=', group.profile)
    .where('priority', '=', group.priority)
    .where('owner', 'is', null)
    .where('ready_at', 'is not', null)
    .where('ready_at', '<=', reader.now())
    .where(hasFreeFolder)
    .where((eb) => isLeftByHome(eb, { now: reader.now(), ...options }))
    .$if(options.heldProfiles?.has(group.profile) === true, (query) =>
      query.where('id', 'in', (eb) =>
        eb
          .selectFrom('attempts')
          .select('attempts.session_id')
          .where('attempts.ended_at', 'is', null),
      ),
    )
    .$if(paths !== null, (query) => query.where(isServed(reader.dialect, paths ?? [])))
    .orderBy('ready_at')
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** No session that has a holder works in the same folder. */
function hasFreeFolder(eb: ExpressionBuilder<Tables, 'sessions'>): ReturnType<typeof eb.not> {
  const working = eb
    .selectFrom('sessions as working')
    .select('working.id')
    .where('working.owner', 'is not', null)
    .where('working.workspace_lock', 'is not', null)
    .whereRef('working.workspace_lock', '=', 'sessions.workspace_lock')
  return eb.not(eb.exists(working))
}

/** It has its agent here, or nowhere, or the worker that has it is gone or has let its time pass. */
function isLeftByHome(
  eb: ExpressionBuilder<Tables, 'sessions'>,
  options: Pick<PickOptions, 'workerId' | 'leaseMs' | 'homeGraceMs'> & { now: RawBuilder<number> },
): ReturnType<typeof eb.or> {
  const { workerId, leaseMs, homeGraceMs, now } = options
  const home = eb
    .selectFrom('workers')
    .select('workers.id')
    .whereRef('workers.id', '=', 'sessions.home_worker')
    .where('workers.state', '=', 'active')
    .where('workers.heartbeat_at', '>', sql<number>`${now} - ${sql.lit(leaseMs)}`)
  return eb.or([
    eb('home_worker', 'is', null),
    eb('home_worker', '=', workerId),
    eb('ready_at', '<=', sql<number>`${now} - ${sql.lit(homeGraceMs)}`),
    eb.not(eb.exists(home)),
  ])
}

/** It needs no folder of a machine, or one below these. */
function isServed(dialect: DialectName, paths: readonly string[]): RawBuilder<SqlBool> {
  const path =
    dialect === 'sqlite'
      ? sql<string | null>`json_extract(workspace, '$.path')`
      : sql<string | null>`(workspace::json ->> 'path')`
  const below = paths.map((folder) => {
    const start = folder.endsWith('/') ? folder : `${folder}/`
    return sql`${path} = ${folder}
      or substr(${path}, 1, length(cast(${start} as text))) = ${start}`
  })
  return sql<SqlBool>`(${sql.join([sql`${path} is null`, ...below], sql` or `)})`
}
