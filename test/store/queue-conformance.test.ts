import { expect, test } from 'vitest'
import { endAgent } from '../../src/store/queue/agents.ts'
import { beginAttempt } from '../../src/store/queue/begin-attempt.ts'
import { setCancel } from '../../src/store/queue/cancel.ts'
import { heartbeat } from '../../src/store/queue/heartbeat.ts'
import { holdRun } from '../../src/store/queue/hold-run.ts'
import { nextReadyIn } from '../../src/store/queue/next-ready.ts'
import { reapLeases, releaseOwned } from '../../src/store/queue/reap-leases.ts'
import { releaseSession } from '../../src/store/queue/release-session.ts'
import { settleRun } from '../../src/store/queue/settle-run.ts'
import { wakeSession } from '../../src/store/queue/wake.ts'
import { insertRequests } from '../../src/store/requests.ts'
import type { Store } from '../../src/store/store.ts'
import { setWorkerState } from '../../src/store/workers.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'
import * as queue from './queue-harness.ts'

const { addRun, addSession, addWorker, begin, claim, claimOne, failed, readRun, readSession } =
  queue
const { settle, toLease } = queue

const forTwo = { kind: 'wait', on: 'children', until: null, reason: 'two runs' } as const
const forHuman = { kind: 'wait', on: 'human', until: null, reason: 'may it?' } as const

forEachDatabase((openTestDatabase) => {
  const withStore =
    (work: (store: Store) => Promise<void>): (() => Promise<void>) =>
    async () => {
      await using database = await openTestDatabase()
      await work(await database.openStore())
    }

  test(
    'runs of a session go first in, first out, one at a time',
    withStore(async (store) => {
      const session = await addSession(store)
      const runs = [await addRun(store, session), await addRun(store, session)]
      runs.push(await addRun(store, session))
      expect(runs.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3])
      for (const run of runs) {
        const one = await claimOne(store, { limit: 5 })
        expect(one.run.id).toBe(run.id)
        await begin(store, one)
        expect(await claim(store, { limit: 5 })).toEqual([])
        await settle(store, one)
        expect((await readRun(store, run.id)).state).toBe('succeeded')
      }
      expect(await claim(store)).toEqual([])
      expect((await readSession(store, session.id)).run_count).toBe(3)
    }),
  )

  test(
    'the highest priority of any open run is its session’s',
    withStore(async (store) => {
      const [low, high, mixed] = [
        await addSession(store),
        await addSession(store),
        await addSession(store),
      ]
      await addRun(store, low, { priority: -5 })
      await addRun(store, high, { priority: 5 })
      const first = await addRun(store, mixed, { priority: 0 })
      await addRun(store, mixed, { priority: 9 })
      const order = [await claimOne(store), await claimOne(store), await claimOne(store)]
      expect(order.map(({ session }) => session.id)).toEqual([mixed.id, high.id, low.id])
      expect(order[0]?.run.id).toBe(first.id)
      await settle(store, firstOf(order))
      expect((await readSession(store, mixed.id)).priority).toBe(9)
      await settle(store, await claimOne(store))
      expect((await readSession(store, mixed.id)).priority).toBe(0)
    }),
  )

  test(
    'among equals the longest ready comes first',
    withStore(async (store) => {
      const sessions = [await addSession(store), await addSession(store), await addSession(store)]
      for (const session of sessions) await addRun(store, session)
      const claims = await claim(store, { limit: 3 })
      expect(claims.map(({ session }) => session.id)).toEqual(sessions.map(({ id }) => id))
    }),
  )

  test(
    'a pause keeps the session closed until its time',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      const one = await claimOne(store)
      await begin(store, one)
      const until = Date.now() + 300
      await settle(store, one, { kind: 'wait', on: 'time', until, reason: 'usage limit' })
      await addRun(store, session, { priority: 100 })
      expect(await claim(store)).toEqual([])
      expect(await nextReadyIn(store, ['default'])).toBeGreaterThan(0)
      const again = await waitFor(async () => (await claim(store))[0])
      expect(again.run).toMatchObject({ id: run.id, state: 'waiting', waiting_until: until })
      expect(again.session.ready_at).toBe(until)
    }),
  )

  test(
    'a run that waits for a human holds its session',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      await addRun(store, session)
      const one = await claimOne(store)
      await begin(store, one)
      await store.transact((tx) => insertRequests(tx, [newRequest(run.id, session.id)]))
      await settle(store, one, forHuman)
      await addRun(store, session)
      expect(await claim(store)).toEqual([])
      expect(await nextReadyIn(store, ['default'])).toBeNull()
      await store.transact((tx) => wakeSession(tx, session.id))
      expect((await claimOne(store)).run).toMatchObject({ id: run.id, waiting_on: 'human' })
    }),
  )

  test(
    'an answer that came before the run was parked is not missed',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      const one = await claimOne(store)
      await begin(store, one)
      // No request is open any more.
      await settle(store, one, forHuman)
      expect((await claimOne(store)).run.id).toBe(run.id)
    }),
  )

  test(
    'a parent is woken when the last of two children ends, whatever its end',
    withStore(async (store) => {
      const { parent, children } = await parkParent(store)
      const [first, second] = await claim(store, { limit: 5 })
      await settle(store, firstOf([first]), failed)
      expect(await claim(store)).toEqual([])
      expect(children).toContain(second?.run.id)
      await settle(store, firstOf([second]))
      expect((await claimOne(store)).run).toMatchObject({ id: parent, state: 'waiting' })
    }),
  )

  test(
    'a cancelled child counts as ended',
    withStore(async (store) => {
      const { parent, children } = await parkParent(store)
      for (const child of children) await store.transact((tx) => setCancel(tx, child, 'local'))
      expect((await claimOne(store)).run.id).toBe(parent)
    }),
  )

  test(
    'a parent whose children have ended before it waits is not parked for ever',
    withStore(async (store) => {
      const parent = await addRun(store, await addSession(store))
      const one = await claimOne(store)
      const child = await addRun(store, await addSession(store), { parent_run_id: parent.id })
      await settle(store, await claimOne(store))
      expect((await readRun(store, child.id)).state).toBe('succeeded')
      await settle(store, one, forTwo)
      expect((await claimOne(store)).run.id).toBe(parent.id)
    }),
  )

  test('two children that end at the same moment wake their parent', async () => {
    await using database = await openTestDatabase()
    const stores = [await database.openStore(), await database.openStore()] as const
    for (let round = 0; round < 20; round++) {
      const { parent } = await parkParent(stores[0])
      const [a, b] = await claim(stores[0], { limit: 2 })
      await Promise.all([settle(stores[0], firstOf([a])), settle(stores[1], firstOf([b]))])
      const woken = await claimOne(stores[0])
      expect(woken.run.id).toBe(parent)
      await settle(stores[0], woken)
    }
  })

  test(
    'a queued run is cancelled in place, and its session goes on with the next',
    withStore(async (store) => {
      const session = await addSession(store)
      const [first, second] = [
        await addRun(store, session, { priority: 7 }),
        await addRun(store, session),
      ]
      expect(await store.transact((tx) => setCancel(tx, first.id, 'local'))).toBe('ended')
      expect(await store.transact((tx) => setCancel(tx, first.id, 'local'))).toBe('already')
      expect(await readRun(store, first.id)).toMatchObject({
        state: 'cancelled',
        outcome: 'cancelled',
      })
      expect((await readSession(store, session.id)).priority).toBe(0)
      expect((await claimOne(store)).run.id).toBe(second.id)
      expect(await queue.eventTypes(store, session.id)).toEqual([
        'run_queued',
        'run_queued',
        'run_ended',
      ])
    }),
  )

  test(
    'a run that is cancelled between its claim and its start does not start',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      const one = await claimOne(store)
      expect(await store.transact((tx) => setCancel(tx, run.id, 'local'))).toBe('ended')
      await expect(begin(store, one)).rejects.toMatchObject({ code: 'run_ended' })
      await releaseSession(store, toLease(one))
      expect(await claim(store)).toEqual([])
      expect(await readSession(store, session.id)).toMatchObject({ owner: null, ready_at: null })
    }),
  )

  test(
    'a running one is asked to end, and ends when its holder says so',
    withStore(async (store) => {
      const run = await addRun(store, await addSession(store))
      const one = await claimOne(store)
      await begin(store, one)
      const told: string[] = []
      store.bus.subscribe(({ type }) => void told.push(type))
      expect(await store.transact((tx) => setCancel(tx, run.id, 'local'))).toBe('requested')
      expect(told).toContain('control')
      expect(await store.transact((tx) => setCancel(tx, run.id, 'local'))).toBe('already')
      expect((await readRun(store, run.id)).state).toBe('running')
      // It did not see that in time, and would wait: there is nothing to wait for.
      await settle(store, one, {
        kind: 'wait',
        on: 'time',
        until: Date.now() + 60_000,
        reason: 'no',
      })
      expect((await readRun(store, run.id)).state).toBe('cancelled')
    }),
  )

  test(
    'a parked one is cancelled in place, its request is withdrawn, and the next one follows',
    withStore(async (store) => {
      const session = await addSession(store)
      const [run, next] = [await addRun(store, session), await addRun(store, session)]
      const one = await claimOne(store)
      const request = newRequest(run.id, session.id)
      await store.transact((tx) => insertRequests(tx, [request]))
      await settle(store, one, forHuman)
      expect(await store.transact((tx) => setCancel(tx, run.id, 'local'))).toBe('ended')
      const closed = store.db.selectFrom('requests').select('state').where('id', '=', request.id)
      expect(await closed.executeTakeFirst()).toMatchObject({ state: 'withdrawn' })
      expect((await claimOne(store)).run.id).toBe(next.id)
    }),
  )

  test(
    'one whose agent may still live somewhere is handed to a worker to be ended',
    withStore(async (store) => {
      const run = await addRun(store, await addSession(store))
      const one = await claimOne(store)
      const attempt = await begin(store, one)
      const waiting = { on: 'human', until: null, reason: 'may it?' } as const
      await holdRun(store, toLease(one), { runId: run.id, waiting, events: [] })
      await releaseOwned(store, 'w1')
      expect(await store.transact((tx) => setCancel(tx, run.id, 'local'))).toBe('requested')
      const again = await claimOne(store, { workerId: 'w2' })
      expect(again.run.cancel_requested_at).not.toBeNull()
      expect(again.openAttempt?.id).toBe(attempt.id)
    }),
  )

  test(
    'a run that fails does not block its session',
    withStore(async (store) => {
      const session = await addSession(store)
      const [first, second] = [await addRun(store, session), await addRun(store, session)]
      await settle(store, await claimOne(store), failed)
      expect(await readRun(store, first.id)).toMatchObject({
        state: 'failed',
        outcome: 'agent_error',
      })
      expect((await claimOne(store)).run.id).toBe(second.id)
    }),
  )

  test(
    'a delayed run waits for its time, and does not hold up a later one',
    withStore(async (store) => {
      const session = await addSession(store)
      const late = await addRun(store, session, { delayMs: 300 })
      expect(await claim(store)).toEqual([])
      const soon = await addRun(store, session)
      const one = await claimOne(store)
      expect(one.run.id).toBe(soon.id)
      await settle(store, one)
      const then = await waitFor(async () => (await claim(store))[0])
      expect(then.run.id).toBe(late.id)
      expect(then.session.ready_at).toBe(late.ready_at)
    }),
  )

  test(
    'two sessions of one folder do not run at once, not even out of one claim',
    withStore(async (store) => {
      const folder = { workspace_lock: '/work/a' }
      const [a, b] = [await addSession(store, folder), await addSession(store, folder)]
      const other = await addSession(store, { workspace_lock: '/work/b' })
      for (const session of [a, b, other]) await addRun(store, session)
      const claims = await claim(store, { limit: 2 })
      expect(claims.map(({ session }) => session.id)).toEqual([a.id, other.id])
      expect(await claim(store, { limit: 2 })).toEqual([])
      await settle(store, firstOf(claims))
      expect((await claimOne(store)).session.id).toBe(b.id)
    }),
  )

  test(
    'a profile at its limit does not hold up the others',
    withStore(async (store) => {
      for (let n = 0; n < 5; n++) await addRun(store, await addSession(store, { profile: 'batch' }))
      const chat = await addSession(store, { profile: 'chat' })
      await addRun(store, chat)
      const options = { limit: 10, profileLimits: { batch: 2 } }
      const claims = await claim(store, options)
      expect(claims.map(({ session }) => session.profile)).toEqual(['batch', 'batch', 'chat'])
      expect(await claim(store, options)).toEqual([])
      await settle(store, firstOf(claims))
      expect(await claim(store, options)).toHaveLength(1)
    }),
  )

  test(
    'a worker claims what is of its pools, profiles and folders only',
    withStore(async (store) => {
      await addWorker(store, 'w1', { paths: ['/data'] })
      const sessions = {
        pool: await addSession(store, { pool: 'other' }),
        profile: await addSession(store, { profile: 'other' }),
        folder: await addSession(store, { workspace: '{"path":"/database"}' }),
        below: await addSession(store, { workspace: '{"path":"/data/x"}' }),
        itself: await addSession(store, { workspace: '{"path":"/data"}' }),
        git: await addSession(store, { workspace: '{"git":"https://example.test/x.git"}' }),
      }
      for (const session of Object.values(sessions)) await addRun(store, session)
      const claims = await claim(store, { limit: 10, profiles: ['default'] })
      const { below, itself, git } = sessions
      expect(claims.map(({ session }) => session.id)).toEqual([below.id, itself.id, git.id])
    }),
  )

  test(
    'a session is left to the worker that has its agent, for a while and while that one lives',
    withStore(async (store) => {
      await addWorker(store, 'home')
      const session = await addSession(store, { home_worker: 'home' })
      await addRun(store, session)
      const away = { workerId: 'away', homeGraceMs: 60_000 }
      expect(await claim(store, away)).toEqual([])
      expect(await claim(store, { ...away, homeGraceMs: 0 })).toHaveLength(1)
      await releaseOwned(store, 'away')
      expect(await claim(store, away)).toEqual([])
      await setWorkerState(store, 'home', 'stopped')
      expect(await claim(store, away)).toHaveLength(1)
    }),
  )

  test(
    'the next time is that of what is not ready yet, or not yet for this worker',
    withStore(async (store) => {
      const pools = ['other', 'default']
      expect(await nextReadyIn(store, pools)).toBeNull()
      await addRun(store, await addSession(store), { delayMs: 60_000 })
      await addRun(store, await addSession(store, { pool: 'other' }), { delayMs: 30_000 })
      const first = await nextReadyIn(store, pools)
      expect(first).toBeGreaterThan(20_000)
      expect(first).toBeLessThanOrEqual(30_000)
      await addRun(store, await addSession(store))
      expect(await nextReadyIn(store, pools)).toBeGreaterThan(20_000)
      const left = await nextReadyIn(store, pools, { homeGraceMs: 10_000 })
      expect(left).toBeGreaterThan(0)
      expect(left).toBeLessThanOrEqual(10_000)
    }),
  )

  test(
    'a lease that runs out passes on, and its former holder changes nothing any more',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      const zombie = await claimOne(store, { leaseMs: 150 })
      const attempt = await begin(store, zombie)
      await waitFor(async () => (await reapLeases(store)).includes(session.id))
      // Nobody has it yet, and still it is not his.
      await expect(settle(store, zombie)).rejects.toMatchObject({ code: 'lease_lost' })
      const heir = await claimOne(store, { workerId: 'w2' })
      expect(heir.fence).toBe(zombie.fence + 1)
      expect(heir).toMatchObject({
        run: { id: run.id, state: 'running' },
        openAttempt: { id: attempt.id },
      })

      const lost = { code: 'lease_lost' }
      const before = await readSession(store, session.id)
      const lease = toLease(zombie)
      await expect(settle(store, zombie)).rejects.toMatchObject(lost)
      await expect(begin(store, zombie)).rejects.toMatchObject(lost)
      await expect(releaseSession(store, lease)).rejects.toMatchObject(lost)
      const hold = { runId: run.id, waiting: null, events: [] }
      await expect(holdRun(store, lease, hold)).rejects.toMatchObject(lost)
      expect(await heartbeat(store, { workerId: 'w1', leaseMs: 60_000 })).toEqual([])
      expect(await readSession(store, session.id)).toEqual(before)
      expect(await settle(store, heir)).toMatchObject({ state: 'succeeded' })
    }),
  )

  test(
    'a heartbeat prolongs what is served, and what is not served runs out',
    withStore(async (store) => {
      await addWorker(store, 'w1')
      const [served, forgotten] = [await addSession(store), await addSession(store)]
      for (const session of [served, forgotten]) await addRun(store, session)
      const claims = await claim(store, { limit: 2, leaseMs: 150 })
      const beat = { workerId: 'w1', leaseMs: 60_000, sessionIds: [served.id], info: { free: 1 } }
      const [one] = claims
      expect(await heartbeat(store, beat)).toEqual([{ sessionId: served.id, fence: one?.fence }])
      expect(await waitFor(async () => nonEmpty(await reapLeases(store)))).toEqual([forgotten.id])
      expect(await heartbeat(store, { ...beat, sessionIds: [] })).toEqual([])
    }),
  )

  test(
    'what an attempt took is added once to its run and session',
    withStore(async (store) => {
      const session = await addSession(store)
      const run = await addRun(store, session)
      const one = await claimOne(store)
      const agent = { id: uuidV7(), dir: '/d', profile: 'default', optionsHash: 'h' }
      const attempt = await beginAttempt(store, toLease(one), {
        runId: run.id,
        workerId: 'w1',
        attempt: { id: uuidV7(), agentId: agent.id, claudeSessionId: 'c', logFrom: 0 },
        agent,
        session: { claudeSessionId: 'c', cwd: '/w' },
        events: (number) => [
          {
            type: 'run_started',
            attempt: number,
            attemptId: 'a',
            agentId: agent.id,
            workerId: 'w1',
            agent: 'new',
          },
        ],
      })
      const tokens = { inputTokens: 3, outputTokens: 5, cacheReadTokens: 0, cacheCreationTokens: 0 }
      await settleRun(store, toLease(one), {
        runId: run.id,
        attempt: {
          id: attempt.id,
          outcome: 'ok',
          error: null,
          exit: null,
          costMicros: 1234.4,
          usage: {
            ...tokens,
            byModel: { big: { ...tokens, costUsd: 1 }, small: { ...tokens, costUsd: 0 } },
          },
          claudeVersion: '2',
          claudeSessionId: 'c2',
          logTo: 9,
        },
        to: { ...queue.succeeded, text: 'nul \0 and \ud800', structuredOutput: { x: 1 } },
        session: { claudeSessionId: 'c2', homeWorker: 'w1' },
        events: [],
      })
      const took = { cost_micros: 1234, input_tokens: 3, output_tokens: 5 }
      expect(await readRun(store, run.id)).toMatchObject({
        ...took,
        text: 'nul \ufffd and \ufffd',
        attempt_count: 1,
      })
      const after = await readSession(store, session.id)
      expect(after).toMatchObject({
        ...took,
        run_count: 1,
        claude_session_id: 'c2',
        home_worker: 'w1',
      })
      expect(after).toMatchObject({ cwd: '/w', owner: null, ready_at: null, last_seq: 3 })
      const ended = await store.db.selectFrom('attempts').selectAll().executeTakeFirstOrThrow()
      expect(ended).toMatchObject({ model: 'big', log_to: 9, number: 1 })
      await addRun(store, session)
      expect((await claimOne(store)).agent?.id).toBe(agent.id)
      await endAgent(store, agent.id)
    }),
  )

  test(
    'the second belt: the database refuses a second run under way in a session',
    withStore(async (store) => {
      const session = await addSession(store)
      for (let n = 0; n < 2; n++) await addRun(store, session)
      const both = store.transact((tx) =>
        tx.db.updateTable('runs').set({ state: 'running' }).execute(),
      )
      await expect(both).rejects.toThrow(/unique|UNIQUE/)
    }),
  )

  test(
    'an archived session takes no run',
    withStore(async (store) => {
      const session = await addSession(store)
      await store.transact((tx) =>
        tx.db.updateTable('sessions').set({ state: 'archived' }).execute(),
      )
      await expect(addRun(store, session)).rejects.toMatchObject({ code: 'session_archived' })
    }),
  )

  test(
    'runs that come while one is at work do not open the session',
    withStore(async (store) => {
      const session = await addSession(store)
      await addRun(store, session)
      const one = await claimOne(store)
      await begin(store, one)
      await addRun(store, session)
      await releaseSession(store, toLease(one), { readyInMs: 60_000 })
      await addRun(store, session)
      expect(await claim(store)).toEqual([])
    }),
  )
})

async function parkParent(store: Store): Promise<{ parent: string; children: string[] }> {
  const parent = await addRun(store, await addSession(store))
  const one = await claimOne(store)
  await begin(store, one)
  const children: string[] = []
  for (let n = 0; n < 2; n++) {
    const child = await addRun(store, await addSession(store), { parent_run_id: parent.id })
    children.push(child.id)
  }
  await settle(store, one, forTwo)
  return { parent: parent.id, children }
}

function newRequest(
  runId: string,
  sessionId: string,
): Parameters<typeof insertRequests>[1][number] {
  return {
    id: uuidV7(),
    control_id: 'c1',
    session_id: sessionId,
    run_id: runId,
    attempt_id: null,
    agent_id: null,
    kind: 'permission',
    data: '{}',
    expires_at: null,
  }
}

function firstOf<T>(items: readonly (T | undefined)[]): T {
  const [first] = items
  if (first === undefined) throw new Error('there is none')
  return first
}

function nonEmpty<T>(items: T[]): T[] | null {
  return items.length > 0 ? items : null
}
