import { expect, test } from 'vitest'
import { accountOf } from '../../src/service/accounts/account-of.ts'
import { lockAccount, updateAccount } from '../../src/store/accounts.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'

const start = 1_800_000_000_000

forEachDatabase((openTestDatabase) => {
  test('what an account holds up is told of runs, sessions, accounts and in status, until its time', async () => {
    let now = start
    const clock = (): number => now
    await using world = await openTestFront(openTestDatabase, {}, { clock })
    const { hostler, store, context, configuration } = world
    const profile = configuration.profiles['default']
    if (profile === undefined) throw new Error('no profile')
    const account = accountOf(profile, context.env)
    const before = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    expect(before.held).toBeNull()
    await store.transact(async (tx) => {
      const row = await lockAccount(tx, account)
      const change = { state: 'parked', parked_until: start + 1000, reason: 'usage limit' } as const
      await updateAccount(tx, row, { ...change, since: start })
    })
    const held = { by: 'account', until: start + 1000, reason: `${account.label}: usage limit` }
    expect(await hostler.runs.get(before.id)).toMatchObject({ held })
    expect((await hostler.runs.submit({ key: 'l', prompt: 'p' })).held).toEqual(held)
    expect((await hostler.sessions.list()).items.map((one) => one.held)).toEqual([held, held])
    const accounts = await hostler.accounts.list()
    expect(accounts).toMatchObject([{ id: account.id, state: 'parked', heldRuns: 2 }])
    expect(accounts[0]?.profiles).toEqual(Object.keys(configuration.profiles))
    expect(await hostler.status()).toMatchObject({ accounts })
    now = start + 1000
    expect((await hostler.runs.get(before.id)).held).toBeNull()
    expect(await hostler.accounts.list()).toMatchObject([{ state: 'ok', heldRuns: 0 }])
  })

  test('who resumes an account is on record, and the feed tells it', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const [account] = await hostler.accounts.list()
    const id = account?.id ?? ''
    await store.transact(async (tx) => {
      await updateAccount(tx, await lockAccount(tx, { id, label: null }), { state: 'refused' })
    })
    await expect(hostler.runs.submit({ key: 'k', prompt: 'p' })).rejects.toMatchObject({
      code: 'account_refused',
      params: { id },
    })
    expect(await hostler.accounts.resume(id)).toMatchObject({ id, state: 'ok' })
    expect((await hostler.runs.submit({ key: 'k', prompt: 'p' })).held).toBeNull()
    const { items } = await hostler.audit()
    expect(items.find(({ action }) => action === 'account.resume')).toMatchObject({
      actor: 'local',
      subjectId: id,
      detail: { state: 'refused' },
    })
    await expect(hostler.accounts.resume('none')).rejects.toMatchObject({ code: 'not_found' })
  })
})
