import { expect, test } from 'vitest'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

forEachDatabase((openTestDatabase) => {
  test('S5 a fork branches off where the conversation is now, whatever the parent says later', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store, workspace } = world
    const one = await hostler.runs.submit({ key: 'k', prompt: 'one' })
    await (await takeTurn(store)).succeed()
    const two = await hostler.runs.submit({ key: 'k', prompt: 'two' })
    const turn = await takeTurn(store)
    const during = await hostler.sessions.fork('key:k', { key: 'f', labels: { a: 'b' } })
    expect(during).toMatchObject({
      key: 'f',
      profile: 'default',
      workspace: { path: workspace },
      labels: { a: 'b' },
      parentId: one.sessionId,
      forkedAfter: one.id,
      claudeSessionId: null,
      totals: { runs: 0, costUsd: 0 },
    })
    await turn.succeed()
    expect((await hostler.sessions.get('key:f')).forkedAfter).toBe(one.id)
    expect((await hostler.sessions.fork('key:k')).forkedAfter).toBe(two.id)
    expect((await hostler.sessions.fork('key:k', { afterRun: one.id })).forkedAfter).toBe(one.id)
    const children = await hostler.sessions.list({ parentId: one.sessionId })
    expect(children.items).toHaveLength(3)
    // A fork that has not begun has nothing of its own to branch off from.
    expect(await hostler.sessions.fork('key:f')).toMatchObject({
      parentId: during.id,
      forkedAfter: one.id,
    })
  })

  test('a run without a turn is no place to branch off: the one before it is', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const one = await hostler.runs.submit({ key: 'k', prompt: 'one' })
    await (await takeTurn(store)).succeed()
    const two = await hostler.runs.submit({ key: 'k', prompt: 'two' })
    await expect(hostler.sessions.fork('key:k', { afterRun: two.id })).rejects.toMatchObject({
      code: 'run_not_ended',
    })
    await hostler.runs.cancel(two.id)
    const fork = await hostler.sessions.fork('key:k', { afterRun: two.id })
    expect(fork.forkedAfter).toBe(one.id)
    await hostler.sessions.create({ key: 'fresh' })
    expect((await hostler.sessions.fork('key:fresh')).forkedAfter).toBeNull()
  })

  test('a fork is refused for a run of another session, a key that is taken, a profile that is gone', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const { id } = await hostler.runs.submit({ key: 'other', prompt: 'x' })
    await hostler.sessions.create({ key: 'k' })
    await expect(hostler.sessions.fork('key:k', { afterRun: id })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'afterRun' },
    })
    await expect(hostler.sessions.fork('key:k', { afterRun: 'x' })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(hostler.sessions.fork('key:k', { key: 'other' })).rejects.toMatchObject({
      code: 'key_taken',
    })
    delete world.configuration.profiles['default']
    await expect(hostler.sessions.fork('key:k')).rejects.toMatchObject({ code: 'not_found' })
    await expect(hostler.runs.submit({ key: 'k', prompt: 'x' })).rejects.toMatchObject({
      code: 'not_found',
      params: { what: 'profile' },
    })
    expect((await hostler.sessions.list()).items).toHaveLength(2)
  })

  test('the fork of a clone begins at the branch of its parent, and has one of its own', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const git = 'https://git.example/repo.git'
    const { id } = await hostler.sessions.create({
      profile: 'homeless',
      workspace: { git, ref: 'main' },
    })
    expect((await hostler.sessions.fork(id)).workspace).toEqual({ git, ref: 'main' })
    await store.transact((tx) =>
      tx.db.updateTable('sessions').set({ cwd: '/clone' }).where('id', '=', id).execute(),
    )
    expect((await hostler.sessions.fork(id)).workspace).toEqual({ git, ref: `hostler/${id}` })
  })
})
