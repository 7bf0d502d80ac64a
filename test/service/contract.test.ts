import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionEvent } from '../../src/events/index.ts'
import type { Change } from '../../src/index.ts'
import { all, type ContractWorld, failureOf, openContractWorld } from '../support/contract-world.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

// What `Hostler` promises, of each of its implementations; the one in the process is what the other
// asks, so that their answers can be compared.

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

const timeoutMs = 30_000

async function open({
  over,
  database,
}: {
  over: string
  database: string
}): Promise<ContractWorld> {
  if (database === 'sqlite') return await openContractWorld({ over })
  const made = await postgres.createDatabase()
  const world = await openContractWorld({ over, postgresUrl: made.url })
  return {
    ...world,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await made.drop()
    },
  }
}

describe.each([
  { over: 'in this process', database: 'sqlite' as const },
  { over: 'in this process', database: 'postgres' as const },
  { over: 'HTTP', database: 'sqlite' as const },
])('Hostler $over, on $database', (how) => {
  test('sessions and runs, from their making to their removal', async () => {
    await using world = await open(how)
    const { hostler, inProcess } = world
    const session = await hostler.sessions.create({
      key: 'team/a: 1',
      title: 'T',
      labels: { a: 'b=c' },
    })
    expect(session).toEqual(await inProcess.sessions.get(session.id))
    expect(await hostler.sessions.get('key:team/a: 1')).toEqual(session)
    const changed = await hostler.sessions.configure(session.id, { title: null, onBusy: 'steer' })
    expect(changed).toMatchObject({ title: null, onBusy: 'steer' })
    const attachments = [{ name: 'a.txt', mediaType: 'text/plain', data: Buffer.from('x') }]
    const sent = { sessionId: session.id, prompt: 'p-1', idempotencyKey: 'once' }
    const run = await hostler.runs.submit({ ...sent, attachments })
    expect((await hostler.runs.submit({ ...sent, attachments })).id).toBe(run.id)
    const done = await hostler.runs.wait(run.id, { timeoutMs })
    expect(done).toMatchObject({ state: 'succeeded', text: 'reply' })
    expect(done).toEqual(await inProcess.runs.get(run.id))
    expect(await hostler.runs.get(run.id)).toEqual(done)
    expect(await hostler.runs.attempts(run.id)).toEqual(done.attempts)
    const again = await hostler.runs.retry(run.id)
    expect(again).toMatchObject({ retryOf: run.id })
    await hostler.runs.wait(again.id, { timeoutMs })

    const fork = await hostler.sessions.fork(session.id, { afterRun: run.id, key: 'fork' })
    expect(fork).toMatchObject({ parentId: session.id, forkedAfter: run.id })
    const first = await hostler.sessions.list({}, { limit: 1 })
    expect(first.items).toEqual([fork])
    const rest = await hostler.sessions.list({}, { cursor: first.next ?? '' })
    expect(rest.items.map(({ id }) => id)).toEqual([session.id])
    expect(rest.next).toBeNull()
    const filter = { sessionId: session.id, state: ['succeeded' as const], profile: 'default' }
    expect(await hostler.runs.list(filter)).toEqual(await inProcess.runs.list(filter))
    expect((await hostler.runs.list(filter)).items).toHaveLength(2)

    expect(await hostler.sessions.archive(session.id)).toMatchObject({ state: 'archived' })
    await hostler.sessions.delete(session.id)
    expect(await failureOf(() => hostler.sessions.get(session.id))).toMatchObject({
      code: 'not_found',
    })
  })

  test('events: stored ones from a seq, until now and live; deltas, unless they are not wanted', async () => {
    await using world = await open(how)
    const { hostler, inProcess } = world
    const { id, sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'hold' })
    const leaving = new AbortController()
    const { signal } = leaving
    const live: SessionEvent[] = []
    const bare: SessionEvent[] = []
    const follow = async (into: SessionEvent[], transient?: false): Promise<void> => {
      const options = transient === undefined ? { signal } : { signal, transient }
      for await (const event of hostler.sessions.events(sessionId, options)) {
        into.push(event)
        if (event.type === 'run_ended') return
      }
    }
    const following = Promise.all([follow(live), follow(bare, false)])
    await waitForEvent(hostler, sessionId, ({ type }) => type === 'init')
    world.release()
    await following
    await hostler.runs.wait(id, { timeoutMs })
    const stored = await all(inProcess.sessions.events(sessionId, { until: 'now' }))
    expect(await all(hostler.sessions.events(sessionId, { until: 'now' }))).toEqual(stored)
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_event, index) => index + 1))
    expect(bare).toEqual(stored.slice(0, bare.length))
    expect(live.filter(({ seq }) => seq !== null)).toEqual(bare)
    expect(live.some(({ type }) => type === 'text_delta')).toBe(true)
    const after = await all(hostler.sessions.events(sessionId, { after: 3, until: 'now' }))
    expect(after).toEqual(stored.slice(3))
  })

  test('a stream, a wait and a feed end when their signal does', async () => {
    await using world = await open(how)
    const { hostler } = world
    const { id, sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'hold' })
    const leaving = new AbortController()
    const { signal } = leaving
    const events = all(hostler.sessions.events(sessionId, { signal }))
    const changes = all(hostler.changes({ signal }))
    const waiting = failureOf(() => hostler.runs.wait(id, { signal }))
    await waitForEvent(hostler, sessionId, ({ type }) => type === 'init')
    leaving.abort()
    expect((await events).length).toBeGreaterThan(2)
    await changes
    expect(await waiting).toMatchObject({ name: 'AbortError' })
    const none = failureOf(() => hostler.runs.get(id, { signal }))
    expect(await none).toMatchObject({ name: 'AbortError' })
    expect(await hostler.runs.wait(id, { timeoutMs: 1 })).toMatchObject({ state: 'running' })
    await hostler.runs.interrupt(id)
    expect(await hostler.runs.wait(id, { timeoutMs })).toMatchObject({ state: 'cancelled' })
  })

  test('requests are answered once', async () => {
    await using world = await open(how)
    const { hostler, inProcess } = world
    const { id, sessionId } = await hostler.runs.submit({ key: 'k', prompt: 'ask' })
    await waitForEvent(hostler, sessionId, ({ type }) => type === 'run_waiting')
    const { items } = await hostler.requests.list({ sessionId, state: 'open' })
    const [request] = items
    expect(items).toEqual((await inProcess.requests.list({ runId: id })).items)
    expect(await hostler.requests.get(request?.id ?? '')).toEqual(request)
    const answer = await hostler.requests.answer(request?.id ?? '', { behavior: 'allow' })
    expect(answer).toMatchObject({ state: 'answered', answer: { behavior: 'allow' } })
    const second = () => hostler.requests.answer(request?.id ?? '', { behavior: 'allow' })
    expect(await failureOf(second)).toMatchObject({ code: 'request_not_open' })
    expect(await hostler.runs.wait(id, { timeoutMs })).toMatchObject({ outcome: 'ok' })
  })

  test('agents, workers, tokens, deliveries, audit, the feed and the status', async () => {
    await using world = await open(how)
    const { hostler, inProcess } = world
    const leaving = new AbortController()
    const seen: Change[] = []
    const watching = (async () => {
      for await (const one of hostler.changes({ signal: leaving.signal })) seen.push(one)
    })()
    const begun = await waitFor(async () => {
      await inProcess.sessions.create({})
      return seen[0]
    })
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await hostler.runs.wait(id, { timeoutMs })
    const [agent] = await hostler.agents.list()
    expect(agent).toMatchObject({ state: 'warm', profile: 'default', pid: expect.any(Number) })
    await hostler.agents.stop(agent?.id ?? '')
    expect(await hostler.workers.list()).toMatchObject([{ state: 'active', pid: process.pid }])
    const made = await inProcess.tokens.create({ label: 'ci', scopes: ['read'] })
    expect(made.token).toMatch(/^\S{20,}$/)
    expect(await hostler.tokens.list()).toEqual(await inProcess.tokens.list())
    expect(await hostler.deliveries.list({ state: 'dead' })).toEqual({ items: [], next: null })
    expect(await hostler.audit({ limit: 2 })).toEqual(await inProcess.audit({ limit: 2 }))
    const range = { after: begun.cursor, until: 'now' } as const
    // An agent's end comes when it comes.
    await waitFor(async () => (await all(hostler.changes(range))).some((one) => one.kind === 'run'))
    const feed = (await all(hostler.changes(range))).filter(({ kind }) => kind === 'run')
    const same = (await all(inProcess.changes(range))).filter(({ kind }) => kind === 'run')
    expect(feed).toEqual(same)
    await waitFor(() => feed.every(({ cursor }) => seen.some((one) => one.cursor === cursor)))
    leaving.abort()
    await watching
    expect(feed.some(({ kind, subjectId }) => kind === 'run' && subjectId === id)).toBe(true)
    const { now: _now, workers: _workers, ...status } = await hostler.status()
    const own = await inProcess.status()
    expect(own).toMatchObject({ ...status, agents: own.agents })
    expect(status).toMatchObject({ accepting: true, database: how.database })
    expect(await hostler.whoami()).toEqual({ actor: 'local', scopes: ['admin'] })
    expect(await inProcess.whoami()).toEqual({ actor: 'local', scopes: ['admin'] })
  })
})
