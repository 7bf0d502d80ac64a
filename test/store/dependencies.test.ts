import { expect, test } from 'vitest'
import { setCancel } from '../../src/store/queue/cancel.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import { nextReadyIn } from '../../src/store/queue/next-ready.ts'
import { deleteSession } from '../../src/store/sessions/delete-session.ts'
import type { Store } from '../../src/store/store.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { forEachDatabase } from '../support/stores.ts'
import {
  addRun,
  addSession,
  claim,
  claimOne,
  eventTypes,
  failed,
  readRun,
  readSession,
  settle,
} from './queue-harness.ts'
import { settleAll } from './settle-all.ts'

async function findings(store: Store): Promise<string[]> {
  return (await checkStore(store)).findings.map(({ problem }) => problem)
}

forEachDatabase((openTestDatabase) => {
  test('a run is due when all that it depends on have succeeded, and holds up nothing meanwhile', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const [one, other, later] = [
      await addSession(store),
      await addSession(store),
      await addSession(store),
    ]
    const first = await addRun(store, one)
    const second = await addRun(store, other)
    const dependsOn = [first.id, second.id, first.id]
    const after = await addRun(store, later, { dependsOn })
    expect(await readRun(store, after.id)).toMatchObject({ state: 'queued', open_dependencies: 2 })
    expect(await readSession(store, later.id)).toMatchObject({ ready_at: null })
    expect(await findings(store)).toEqual([])
    // What comes behind it in its session passes.
    const passing = await addRun(store, later)
    const claims = await claim(store, { limit: 10 })
    expect(claims.map(({ run }) => run.id)).toEqual([first.id, second.id, passing.id])
    const [firstClaim, secondClaim, passingClaim] = claims
    if (!firstClaim || !secondClaim || !passingClaim) throw new Error('not claimed')
    await settle(store, passingClaim)
    expect(await readSession(store, later.id)).toMatchObject({ ready_at: null })
    expect(await nextReadyIn(store, ['default'])).toBeNull()
    await settle(store, firstClaim)
    await settleAll(store)
    expect(await readRun(store, after.id)).toMatchObject({ open_dependencies: 1 })
    expect(await claim(store)).toEqual([])
    const passingToo = await addRun(store, later)
    const next = await claimOne(store)
    expect(next.run.id).toBe(passingToo.id)
    await settle(store, next)
    expect(await claim(store)).toEqual([])
    await settle(store, secondClaim)
    expect(await findings(store)).toEqual([])
    await settleAll(store)
    expect(await findings(store)).toEqual([])
    expect((await claimOne(store)).run).toMatchObject({ id: after.id, open_dependencies: 0 })
  })

  test('what a failed one means is the policy of those that depend on it', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const first = await addRun(store, await addSession(store))
    const add = async (policy: 'fail' | 'skip' | 'run'): ReturnType<typeof addRun> =>
      await addRun(store, await addSession(store), {
        dependsOn: [first.id],
        on_dependency_failure: policy,
      })
    const [fails, skips, runs] = [await add('fail'), await add('skip'), await add('run')]
    const one = await claimOne(store)
    await settle(store, one, failed)
    await settleAll(store)
    const error = expect.stringContaining(first.id)
    const outcome = 'dependency_failed'
    expect(await readRun(store, fails.id)).toMatchObject({ state: 'failed', outcome, error })
    expect(await readRun(store, skips.id)).toMatchObject({ state: 'cancelled', outcome, error })
    expect(await eventTypes(store, fails.session_id)).toEqual(['run_queued', 'run_ended'])
    expect((await claimOne(store)).run.id).toBe(runs.id)
    // Submitted after the end, it is the same.
    const [late, lateRuns] = [await add('skip'), await add('run')]
    await settleAll(store)
    expect(await readRun(store, late.id)).toMatchObject({ state: 'cancelled', outcome })
    expect((await claimOne(store)).run.id).toBe(lateRuns.id)
    expect(await findings(store)).toEqual([])
  })

  test('a chain of 1,000 is skipped to its end', { timeout: 120_000 }, async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const first = await addRun(store, session)
    const ids: string[] = []
    for (let link = 0; link < 1000; link++) {
      const dependsOn = [ids.at(-1) ?? first.id]
      const run = await addRun(store, session, { dependsOn, on_dependency_failure: 'skip' })
      ids.push(run.id)
    }
    await store.transact((tx) => setCancel(tx, first.id, 'local'))
    await settleAll(store)
    const { count } = await store.db
      .selectFrom('runs')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('state', '=', 'cancelled')
      .where('outcome', '=', 'dependency_failed')
      .executeTakeFirstOrThrow()
    expect(count).toBe(1000)
    expect(await readSession(store, session.id)).toMatchObject({ ready_at: null, owner: null })
  })

  test('a delay counts from the submission, dependencies or not', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const first = await addRun(store, session)
    const after = await addRun(store, session, { dependsOn: [first.id], delayMs: 60_000 })
    const one = await claimOne(store)
    await settle(store, one)
    await settleAll(store)
    const { created_at: createdAt, ready_at: readyAt } = await readRun(store, after.id)
    expect(readyAt).toBe(createdAt + 60_000)
  })

  test('one that is cancelled hears no more of what it depended on', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const [one, other] = [await addSession(store), await addSession(store)]
    const first = await addRun(store, one)
    const after = await addRun(store, other, { dependsOn: [first.id] })
    await store.transact((tx) => setCancel(tx, after.id, 'local'))
    await store.transact((tx) => setCancel(tx, first.id, 'local'))
    await settleAll(store)
    expect(await readRun(store, after.id)).toMatchObject({ outcome: 'cancelled' })
  })

  test('the end of a run outlives its session', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const [one, other] = [await addSession(store), await addSession(store)]
    const first = await addRun(store, one)
    const after = await addRun(store, other, { dependsOn: [first.id] })
    await store.transact((tx) => setCancel(tx, first.id, 'local'))
    await store.transact((tx) => deleteSession(tx, one.id))
    expect(await findings(store)).toEqual([])
    await settleAll(store)
    expect(await readRun(store, after.id)).toMatchObject({ outcome: 'dependency_failed' })
    await store.transact((tx) => deleteSession(tx, other.id))
    expect(await store.db.selectFrom('run_dependencies').selectAll().execute()).toEqual([])
  })

  test('a run that is not there cannot be depended on', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const dependsOn = [uuidV7()]
    await expect(addRun(store, await addSession(store), { dependsOn })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})
