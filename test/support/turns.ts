import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import { claimSessions } from '../../src/store/queue/claim.ts'
import { holdRun } from '../../src/store/queue/hold-run.ts'
import type { Lease } from '../../src/store/queue/lease.ts'
import { settleRun, type SettleRun } from '../../src/store/queue/settle-run.ts'
import { insertRequests } from '../../src/store/requests.ts'
import type { Store } from '../../src/store/store.ts'
import type { RunRow, SessionRow } from '../../src/store/tables.ts'
import { registerWorker } from '../../src/store/workers.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import type { HumanRequest } from '../../src/events/human-request.ts'

const workerId = 'worker-1'

/** A run that a worker has begun, as far as the store can see. */
export type TestTurn = {
  session: SessionRow
  run: RunRow
  lease: Lease
  agentId: string
  settle(to: SettleRun['to']): Promise<RunRow>
  succeed(text?: string): Promise<RunRow>
  /** Asks a human, with the lease held. */
  ask(request: HumanRequest): Promise<string>
}

/** Claims what is ready, as a worker would, and begins an attempt at it. */
export async function takeTurn(store: Store): Promise<TestTurn> {
  const description = { host: 'h', pid: 1, version: '1', capacity: 4, pools: ['default'] }
  await registerWorker(store, { id: workerId, ...description, paths: '*', profiles: ['default'] })
  const [claim] = await claimSessions(store, {
    workerId,
    pools: ['default', 'fast'],
    profiles: '*',
    leaseMs: 60_000,
    limit: 1,
    globalLimit: null,
    profileLimits: {},
    homeGraceMs: 0,
  })
  if (claim === undefined) throw new Error('nothing is ready')
  const { session, run, fence } = claim
  const lease = { sessionId: session.id, fence }
  const agentId = uuidV7()
  const attempt = await beginAttempt(store, lease, {
    runId: run.id,
    workerId,
    attempt: { id: uuidV7(), agentId, claudeSessionId: null, logFrom: 0 },
    agent: { id: agentId, dir: '/nowhere', profile: session.profile, optionsHash: 'x' },
    events: () => [],
  })
  const settle = async (to: SettleRun['to']): Promise<RunRow> => {
    const end = {
      id: attempt.id,
      outcome: to.kind === 'end' ? to.outcome : 'ok',
      error: null,
      exit: null,
      costMicros: 1_500_000,
      usage: null,
      claudeVersion: '2.1.328',
      claudeSessionId: 'c',
      logTo: 100,
    } as const
    const settled = await settleRun(store, lease, { runId: run.id, attempt: end, to, events: [] })
    return settled.run
  }
  return {
    session,
    run,
    lease,
    agentId,
    settle,
    succeed: (text = 'done') =>
      settle({
        kind: 'end',
        state: 'succeeded',
        outcome: 'ok',
        text,
        error: null,
        transcriptBytes: 10 * run.ordinal,
      }),
    async ask(request) {
      const id = uuidV7()
      const waiting = { on: 'human', until: null, reason: 'asks' } as const
      await store.transact((tx) =>
        insertRequests(tx, [
          {
            id,
            control_id: request.id,
            session_id: session.id,
            run_id: run.id,
            attempt_id: attempt.id,
            agent_id: agentId,
            kind: request.kind,
            data: JSON.stringify(request),
            expires_at: null,
          },
        ]),
      )
      await holdRun(store, lease, { runId: run.id, waiting, events: [] })
      return id
    },
  }
}
