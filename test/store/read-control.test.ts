import { expect, test } from 'vitest'
import { readControl } from '../../src/store/queue/read-control.ts'
import { forEachDatabase } from '../support/stores.ts'
import { addRun, addSession, begin, claimOne, readRun } from './queue-harness.ts'

forEachDatabase((openTestDatabase) => {
  test('a run that wants the place of others does not end itself before it has begun', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const run = await addRun(store, session, { on_busy: 'interrupt' })
    const claim = await claimOne(store)
    expect(await readRun(store, run.id)).toMatchObject({ state: 'queued' })
    expect(await readControl(store, run.id)).toMatchObject({ isEnded: false })
    await begin(store, claim)
    await addRun(store, session, { on_busy: 'interrupt' })
    expect(await readControl(store, run.id)).toMatchObject({ isEnded: true })
  })
})
