import { expect, test } from 'vitest'
import { newToken, verifyToken } from '../../src/service/front/verify-token.ts'
import { enqueueDelivery, claimDeliveries, settleDelivery } from '../../src/store/outbox.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'
import { takeTurn } from '../support/turns.ts'

forEachDatabase((openTestDatabase) => {
  test('a token is shown once, holds until it is revoked or expires, and is nowhere else', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { token, ...made } = await hostler.tokens.create({
      label: 'bot',
      scopes: ['read', 'run', 'run'],
    })
    expect(token).toMatch(/^hst_[\w-]{43}$/)
    expect(made).toMatchObject({
      label: 'bot',
      scopes: ['read', 'run'],
      lastUsedAt: null,
      revokedAt: null,
    })
    expect(await verifyToken(store, token)).toEqual({
      id: made.id,
      label: 'bot',
      scopes: ['read', 'run'],
    })
    expect((await hostler.tokens.list())[0]?.lastUsedAt).toEqual(expect.any(Number))
    for (const wrong of [newToken().token, token.slice(0, -1), `${token}x`, '', 'hst_']) {
      expect(await verifyToken(store, wrong)).toBeNull()
    }
    for (const table of ['tokens', 'audit', 'changes'] as const) {
      const rows = await store.db.selectFrom(table).selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(token.slice(4))
    }
    const short = await hostler.tokens.create({ label: 's', scopes: ['admin'], expiresInMs: 0 })
    expect(await verifyToken(store, short.token)).toBeNull()
    const revoked = await hostler.tokens.revoke(made.id)
    expect(revoked.revokedAt).toEqual(expect.any(Number))
    expect(await verifyToken(store, token)).toBeNull()
    await expect(hostler.tokens.revoke('x')).rejects.toMatchObject({ code: 'not_found' })
    const none: never[] = []
    await expect(hostler.tokens.create({ label: 'x', scopes: none })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'scopes' },
    })
  })

  test('only an agent that is not at work is asked to end', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const turn = await takeTurn(store)
    expect(await hostler.agents.list()).toMatchObject([{ id: turn.agentId, state: 'busy' }])
    await expect(hostler.agents.stop(turn.agentId)).rejects.toMatchObject({ code: 'agent_busy' })
    await turn.succeed()
    expect(await hostler.agents.list()).toMatchObject([{ state: 'warm' }])
    await hostler.agents.stop(turn.agentId)
    const row = await store.db.selectFrom('agents').selectAll().executeTakeFirstOrThrow()
    expect(row.stop_requested_at).toEqual(expect.any(Number))
    await expect(hostler.agents.stop('x')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('a delivery that never arrived is sent again', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    const { id } = await store.transact((tx) =>
      enqueueDelivery(tx, { channel: 'webhook:a', lane: 'a', kind: 'run.ended', payload: {} }),
    )
    await claimDeliveries(store, { owner: 'o', channel: 'webhook:a', leaseMs: 1_000, limit: 1 })
    await settleDelivery(store, { id, owner: 'o' }, { state: 'dead', error: 'no route' })
    const dead = await hostler.deliveries.list({ state: 'dead' })
    expect(dead.items).toMatchObject([{ id, attempts: 1, nextAt: null, lastError: 'no route' }])
    expect(await hostler.deliveries.resend(id)).toMatchObject({ state: 'pending', attempts: 0 })
    expect((await hostler.deliveries.list({ state: 'dead' })).items).toEqual([])
    await expect(hostler.deliveries.resend('x')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('the audit knows who did what, and no prompt', async () => {
    await using world = await openTestFront(openTestDatabase)
    const user = world.hostler.as({ actor: 'chat:telegram:7' })
    const { id } = await user.runs.submit({ key: 'k', prompt: 'my secret plan' })
    await user.runs.cancel(id)
    const { items } = await world.hostler.audit()
    expect(items.map(({ actor, action }) => [actor, action])).toEqual([
      ['chat:telegram:7', 'run.cancel'],
      ['chat:telegram:7', 'run.submit'],
      ['chat:telegram:7', 'session.create'],
    ])
    expect(JSON.stringify(items)).not.toContain('secret')
    expect(() => user.as({ actor: '' })).toThrow(/actor: cannot be ""/)
    const page = await world.hostler.audit({ limit: 2 })
    const rest = await world.hostler.audit({ limit: 2, cursor: page.next ?? '' })
    expect([...page.items, ...rest.items]).toEqual(items)
  })

  test('the status counts what there is', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler, store } = world
    await hostler.runs.submit({ key: 'a', prompt: 'x' })
    await (await takeTurn(store)).succeed()
    await hostler.runs.submit({ key: 'a', prompt: 'x' })
    await takeTurn(store)
    await hostler.runs.submit({ key: 'a', prompt: 'x' })
    expect(await hostler.status()).toMatchObject({
      version: '1.2.3',
      accepting: true,
      problem: null,
      database: store.dialect,
      workers: [{ id: 'worker-1', state: 'active', running: 1, capacity: 4 }],
      runs: { queued: 1, running: 1, waiting: { human: 0, children: 0, time: 0 } },
      outcomes: { ok: 1 },
      costTodayUsd: 1.5,
      agents: { busy: 2, warm: 0, spare: 0 },
      openRequests: 0,
    })
    await store.transact((tx) => tx.db.updateTable('workers').set({ heartbeat_at: 1 }).execute())
    expect(await hostler.workers.list()).toMatchObject([{ state: 'lost' }])
  })

  test('the feed tells of what is done, and each session of its own', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const abort = new AbortController()
    const feed = hostler.changes({ signal: abort.signal })[Symbol.asyncIterator]()
    const first = feed.next()
    const { sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'x' })
    const { value } = await first
    expect(value).toMatchObject({ kind: 'session', subjectId: sessionId, sessionId })
    abort.abort()
    await feed.return?.()
    const nobody = hostler.sessions.events('nobody')[Symbol.asyncIterator]()
    await expect(nobody.next()).rejects.toMatchObject({ code: 'not_found' })
    const wrong = hostler.sessions.events(sessionId, { after: -1 })[Symbol.asyncIterator]()
    await expect(wrong.next()).rejects.toMatchObject({ params: { field: 'after' } })
  })
})
