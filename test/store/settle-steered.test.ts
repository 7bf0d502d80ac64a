import { expect, test } from 'vitest'
import { setCancel } from '../../src/store/queue/cancel.ts'
import { settleRun } from '../../src/store/queue/settle-run.ts'
import { forEachDatabase } from '../support/stores.ts'
import {
  addRun,
  addSession,
  begin,
  claimOne,
  readRun,
  succeeded,
  toLease,
} from './queue-harness.ts'

forEachDatabase((openTestDatabase) => {
  test('runs that were steered into a turn end with it, but for one that was cancelled just before', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const run = await addRun(store, session)
    const one = await claimOne(store)
    await begin(store, one)
    const [cancelled, joined] = [await addRun(store, session), await addRun(store, session)]
    const steered = [cancelled, joined].map(({ id: runId }) => ({ runId, end: succeeded }))
    await store.transact((tx) => setCancel(tx, cancelled.id, 'local'))
    await settleRun(store, toLease(one), { runId: run.id, to: succeeded, steered, events: [] })
    expect(await readRun(store, run.id)).toMatchObject({ state: 'succeeded' })
    expect(await readRun(store, joined.id)).toMatchObject({ state: 'succeeded' })
    expect(await readRun(store, cancelled.id)).toMatchObject({ state: 'cancelled' })
  })
})
