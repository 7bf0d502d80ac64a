import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HostlerError } from '../../src/errors.ts'
import type { SessionEvent } from '../../src/events/index.ts'
import { type Hostler, connectHostler } from '../../src/client/index.ts'
import type { Change } from '../../src/index.ts'
import { startDaemon } from '../../src/main.ts'
import { parseConfiguration } from '../../src/service/configuration/parse-configuration.ts'
import { text, tool } from '../../src/testing/index.ts'
import { openTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { openTestService } from '../support/service.ts'
import { waitForEvent } from '../support/daemon-world.ts'
import { waitFor } from '../support/wait-for.ts'

// What `Hostler` promises, of each of its implementations; the one in the process is what the other
// asks, so that their answers can be compared.

const script = [
  text('held', { repeat: true, hold: 'held', when: { lastUserText: 'hold' } }),
  tool(
    'Bash',
    { command: 'touch asked' },
    { repeat: true, when: { lastUserText: 'ask', hasToolResult: false } },
  ),
  text('reply', { repeat: true }),
]

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

type World = AsyncDisposable & { hostler: Hostler; inProcess: Hostler; release(): void }

async function openWorld(how: { database: 'sqlite' | 'postgres'; over: string }): Promise<World> {
  await using stack = new AsyncDisposableStack()
  const database =
    how.database === 'sqlite' ? undefined : stack.use(await postgres.createDatabase())
  const world = stack.use(
    await openTestService({
      script,
      profile: { shareWorkspace: true },
      configuration: { server: { port: 0 } },
      ...(database === undefined ? {} : { database: database.url }),
    }),
  )
  const { root, dataDir, env, log } = world
  const given = { ...world.configuration, dataDir }
  const configuration = parseConfiguration(given, { baseDir: root, env: {}, dataDir })
  const daemon = await startDaemon(configuration, { kind: 'serve', env, log })
  stack.defer(() => daemon.stop({ agents: 'drain', drainMs: 0 }))
  const inProcess = daemon.service.front('local')
  const url = daemon.server?.url ?? ''
  const hostler = how.over === 'HTTP' ? stack.use(connectHostler({ url })) : inProcess
  const owned = stack.move()
  return {
    hostler,
    inProcess,
    release: () => world.model.release('held'),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof HostlerError)) return error
    const { code, params, message, cure } = error
    return { code, params, message, cure }
  }
  return 'nothing'
}

const timeoutMs = 30_000

describe.each([
  { over: 'in this process', database: 'sqlite' as const },
  { over: 'in this process', database: 'postgres' as const },
  { over: 'HTTP', database: 'sqlite' as const },
])('Hostler $over, on $database', (how) => {
  test('sessions and runs, from their making to their removal', async () => {
    await using world = await openWorld(how)
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
    await using world = await openWorld(how)
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
    await using world = await openWorld(how)
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

  test('logs in ranges, by attempt', async () => {
    await using world = await openWorld(how)
    const { hostler } = world
    const { id } = await hostler.runs.submit({ key: 'k', prompt: 'p' })
    await hostler.runs.wait(id, { timeoutMs })
    const read = async (range: Parameters<Hostler['runs']['log']>[1]): Promise<unknown> => {
      const { bytes, ...place } = await hostler.runs.log(id, range)
      return { ...place, said: Buffer.concat(await all(bytes)).toString() }
    }
    const whole = await hostler.runs.log(id)
    const said = Buffer.concat(await all(whole.bytes)).toString()
    const { total } = whole
    expect(said).toContain('"type":"result"')
    expect(total).toBe(Buffer.byteLength(said))
    expect(await read({ from: 10, to: 30 })).toEqual({
      from: 10,
      to: 30,
      total,
      said: said.slice(10, 30),
    })
    const tail = { from: total - 5, to: total, total, said: said.slice(-5) }
    expect(await read({ attempt: 1, from: total - 5, to: total + 100 })).toEqual(tail)
    expect(await failureOf(() => read({ attempt: 2 }))).toMatchObject({ code: 'not_found' })
  })

  test('requests are answered once', async () => {
    await using world = await openWorld(how)
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
    await using world = await openWorld(how)
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
  })

  test('errors have the same code, params, message and cure', async () => {
    await using world = await openWorld(how)
    const { hostler, inProcess } = world
    const taken = await inProcess.sessions.create({ key: 'taken' })
    const archived = await inProcess.sessions.create({ key: 'archived' })
    await inProcess.sessions.archive(archived.id)
    const ended = await inProcess.runs.submit({ key: 'taken', prompt: 'p', idempotencyKey: 'i' })
    await inProcess.runs.wait(ended.id, { timeoutMs })
    const calls: [string, (at: Hostler) => Promise<unknown>][] = [
      ['not_found', (at) => at.sessions.get('none')],
      ['not_found', (at) => at.sessions.get('key:none')],
      ['key_taken', (at) => at.sessions.create({ key: 'taken' })],
      ['not_found', (at) => at.sessions.create({ profile: 'defualt' })],
      ['workspace_not_allowed', (at) => at.sessions.create({ workspace: { path: '/etc' } })],
      ['invalid_input', (at) => at.sessions.configure(taken.id, { labels: { '': 'x' } })],
      ['not_found', (at) => at.sessions.fork(taken.id, { afterRun: 'none' })],
      ['session_not_archived', (at) => at.sessions.delete(taken.id)],
      ['invalid_input', (at) => at.sessions.list({}, { cursor: 'odd' })],
      ['invalid_input', (at) => at.sessions.list({}, { limit: 0 })],
      ['not_found', (at) => all(at.sessions.events('none', { until: 'now' }))],
      ['invalid_prompt', (at) => at.runs.submit({ key: 'k', prompt: '' })],
      ['session_archived', (at) => at.runs.submit({ key: 'archived', prompt: 'p' })],
      [
        'idempotency_conflict',
        (at) => at.runs.submit({ key: 'taken', prompt: 'q', idempotencyKey: 'i' }),
      ],
      ['not_found', (at) => at.runs.get('none')],
      ['not_found', (at) => at.runs.wait('none')],
      ['run_ended', (at) => at.runs.cancel(ended.id)],
      ['run_not_running', (at) => at.runs.interrupt(ended.id)],
      ['not_found', (at) => at.runs.retry('none')],
      ['not_found', (at) => at.runs.log(ended.id, { attempt: 9 })],
      ['not_found', (at) => at.requests.answer('none', { behavior: 'allow' })],
      ['not_found', (at) => at.agents.stop('none')],
      ['not_found', (at) => at.tokens.revoke('none')],
      ['not_found', (at) => at.deliveries.resend('none')],
    ]
    for (const [code, call] of calls) {
      const failure = await failureOf(() => call(hostler))
      expect(failure).toMatchObject({ code })
      expect(failure).toEqual(await failureOf(() => call(inProcess)))
    }
  })
})
