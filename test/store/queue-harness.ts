import { randomUUID } from 'node:crypto'
import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import { claimSessions, type Claim, type ClaimOptions } from '../../src/store/queue/claim.ts'
import { enqueueRun, type NewRun } from '../../src/store/queue/enqueue-run.ts'
import type { Lease } from '../../src/store/queue/lease.ts'
import { settleRun, type SettleRun } from '../../src/store/queue/settle-run.ts'
import { insertSession, type NewSessionRow } from '../../src/store/sessions/insert-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { AttemptRow, RunRow, SessionRow } from '../../src/store/tables.ts'
import { registerWorker } from '../../src/store/workers.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'

/** A session with nothing in it. */
export async function addSession(
  store: Store,
  session: Partial<NewSessionRow> = {},
): Promise<SessionRow> {
  const row = await store.transact((tx) =>
    insertSession(tx, {
      id: uuidV7(),
      key: null,
      title: null,
      profile: 'default',
      workspace: '{"path":"/work"}',
      workspace_lock: null,
      options: '{}',
      labels: '{}',
      on_busy: null,
      pool: 'default',
      ...session,
    }),
  )
  if (row === null) throw new Error('the key is taken')
  return row
}

/** A run at the end of a session's queue. */
export async function addRun(
  store: Store,
  session: Pick<SessionRow, 'id'>,
  run: Partial<NewRun> = {},
): Promise<RunRow> {
  return await store.transact((tx) => enqueueRun(tx, { session, run: newRun(run) }))
}

export function newRun(run: Partial<NewRun> = {}): NewRun {
  return {
    id: uuidV7(),
    prompt: '"hello"',
    prompt_text: 'hello',
    prompt_id: randomUUID(),
    slash_commands: 'literal',
    options: '{}',
    labels: '{}',
    priority: 0,
    on_busy: 'queue',
    idempotency_key: null,
    idempotency_hash: null,
    parent_run_id: null,
    retry_of: null,
    submitted_by: 'local',
    delayMs: 0,
    ...run,
  }
}

export async function addWorker(
  store: Store,
  id: string,
  { paths = ['*'] }: { paths?: string[] } = {},
): Promise<void> {
  const about = { host: 'here', pid: 1, version: '0', pools: ['default'], profiles: ['default'] }
  await registerWorker(store, { id, ...about, paths, capacity: 4 })
}

export async function claim(store: Store, options: Partial<ClaimOptions> = {}): Promise<Claim[]> {
  return await claimSessions(store, {
    workerId: 'w1',
    pools: ['default'],
    profiles: '*',
    leaseMs: 60_000,
    limit: 1,
    globalLimit: null,
    profileLimits: {},
    homeGraceMs: 0,
    ...options,
  })
}

/** The one session that is to be had. */
export async function claimOne(store: Store, options: Partial<ClaimOptions> = {}): Promise<Claim> {
  const [one, ...more] = await claim(store, options)
  if (one === undefined) throw new Error('nothing to claim')
  if (more.length > 0) throw new Error('more than one')
  return one
}

export function toLease({ session, fence }: Claim): Lease {
  return { sessionId: session.id, fence }
}

export async function begin(store: Store, claim: Claim): Promise<AttemptRow> {
  const attempt = { id: uuidV7(), agentId: null, claudeSessionId: null, logFrom: 0 }
  return await beginAttempt(store, toLease(claim), {
    runId: claim.run.id,
    workerId: claim.session.owner ?? 'w1',
    attempt,
    events: () => [],
  })
}

export async function settle(
  store: Store,
  claim: Claim,
  to: SettleRun['to'] = succeeded,
): Promise<RunRow> {
  const { run } = await settleRun(store, toLease(claim), {
    runId: claim.run.id,
    to,
    events: [],
  })
  return run
}

export const succeeded = {
  kind: 'end',
  state: 'succeeded',
  outcome: 'ok',
  text: 'done',
  error: null,
} as const

export const failed = {
  kind: 'end',
  state: 'failed',
  outcome: 'agent_error',
  text: '',
  error: { code: 'agent_error', message: 'no', cure: null },
} as const

export async function readRun(store: Store, id: string): Promise<RunRow> {
  return await store.db
    .selectFrom('runs')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

export async function readSession(store: Store, id: string): Promise<SessionRow> {
  return await store.db
    .selectFrom('sessions')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

export async function eventTypes(store: Store, sessionId: string): Promise<string[]> {
  const rows = await store.db
    .selectFrom('events')
    .select('type')
    .where('session_id', '=', sessionId)
    .orderBy('seq')
    .execute()
  return rows.map(({ type }) => type)
}
