import { expect, onTestFinished, test } from 'vitest'
import { hostlerError } from '../../src/errors.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import { startEventWriter, type EventWriter } from '../../src/store/events/event-writer.ts'
import { readEvents } from '../../src/store/events/read-events.ts'
import { getRequest, type NewRequest } from '../../src/store/requests.ts'
import { getSession } from '../../src/store/sessions/get-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { Lease } from '../../src/store/queue/lease.ts'
import { uuidV7 } from '../../src/util/uuid-v7.ts'
import { addAgent, addSession, texts } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'

forEachDatabase((openTestDatabase) => {
  test('several who append at once leave no gap, and everybody’s order is kept', async () => {
    await using database = await openTestDatabase()
    const [one, other] = [await database.openStore(), await database.openStore()]
    const session = await addSession(one)
    const writer = startWriter(one, { flushMs: 0 })
    await Promise.all([
      ...range(0, 29).map((offset) => writer.append(texts(session, [offset]))),
      // One transaction each, to meet those of the writer.
      inTurn(range(30, 59), (offset) => writer.append(texts(session, [offset]))),
      inTurn(range(1, 40), (count) =>
        other.transact((tx) =>
          appendInTx(tx, session.id, {
            runId: null,
            events: [{ type: 'session_changed', fields: [`${count}`] }],
          }),
        ),
      ),
    ])
    const events = await readAll(other, session.id)
    expect(events.map(({ seq }) => seq)).toEqual(range(1, 100))
    expect(events.flatMap((one) => (one.type === 'text' ? [one.offset] : []))).toEqual(range(0, 59))
    expect(await getSession(one, session.id)).toMatchObject({ last_seq: 100, first_seq: 1 })
  })

  test('a lost fence refuses the entries of that session only, and is told once', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const [kept, taken] = [await addSession(store), await addSession(store)]
    const lost: Lease[] = []
    const writer = startWriter(store, { onLost: (lease) => void lost.push(lease) })
    await writer.append(texts(taken, [0]))
    await store.transact((tx) =>
      tx.db.updateTable('sessions').set({ fence: 1 }).where('id', '=', taken.id).execute(),
    )
    const ends = await Promise.allSettled([
      writer.append(texts(kept, [0])),
      writer.append(texts(taken, [1])),
      writer.append(texts(taken, [2])),
      writer.append(texts(kept, [1])),
      writer.append(texts({ ...taken, fence: 1 }, [3])),
    ])
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    expect(ends[1]).toMatchObject({ reason: { code: 'lease_lost' } })
    expect(lost).toEqual([{ sessionId: taken.id, fence: 0 }])
    expect(await offsets(store, kept.id)).toEqual([0, 1])
    expect(await offsets(store, taken.id)).toEqual([0, 3])
  })

  test('a commit that nobody confirmed is not done twice, also when others wrote meanwhile', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const errors: unknown[] = []
    const doubtful = afterCommit(store, async () => {
      await store.transact((tx) =>
        appendInTx(tx, session.id, { runId: null, events: [{ type: 'session_archived' }] }),
      )
      throw hostlerError('database_unavailable', { what: 'x', problem: 'gone', cure: 'none' })
    })
    const writer = startWriter(doubtful, { onError: (error) => void errors.push(error) })
    await Promise.all([
      writer.append(texts(session, [1, 2])),
      writer.append({ ...texts(session, [3]), requests: [newRequest(session.id)] }),
    ])
    expect(errors).toHaveLength(1)
    expect((await readAll(store, session.id)).map(({ type }) => type)).toEqual([
      'text',
      'text',
      'text',
      'session_archived',
    ])
  })

  test('one entry that cannot be stored does not take the others with it', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const request = newRequest(session.id)
    const writer = startWriter(store, { onError: () => undefined })
    await writer.append({ ...texts(session, [0]), requests: [request] })
    const ends = await Promise.allSettled([
      writer.append(texts(session, [1])),
      writer.append({ ...texts(session, [2]), requests: [request] }),
      writer.append(texts(session, [3])),
    ])
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(await offsets(store, session.id)).toEqual([0, 1, 3])
    expect(await getRequest(store, request.id)).toMatchObject({ state: 'open', delivered: 0 })
  })

  test('events keep anything a string can hold, and Claude’s own ids', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const writer = startWriter(store)
    const text = '\0 \uD800 \uDFFF \r\n 😀 \u2028'
    const { lease } = texts(session, [])
    await writer.append({
      lease,
      runId: null,
      events: [
        { type: 'text', offset: 0, text, messageId: 'm', parentToolUseId: null },
        { type: 'session_changed', offset: 1, sessionId: 'of-claude' },
      ],
    })
    const [first, second] = await readAll(store, session.id)
    expect(first).toMatchObject({ text, sessionId: session.id })
    expect(second).toMatchObject({
      type: 'claude_session_changed',
      claudeSessionId: 'of-claude',
      sessionId: session.id,
    })
  })

  test('the agent’s mark moves with its events, and each session is told of once', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const agentId = await addAgent(store, session.id)
    const told: number[] = []
    onTestFinished(
      store.bus.subscribe((message) => {
        if (message.type === 'events') told.push(message.events?.length ?? 0)
      }),
    )
    const writer = startWriter(store)
    await Promise.all(
      range(1, 50).map((offset) =>
        writer.append({
          ...texts(session, [offset]),
          agentMark: { agentId, offset: offset * 10, atOffset: 1 },
        }),
      ),
    )
    const marks = store.db.selectFrom('agents').select(['events_offset', 'events_at_offset'])
    expect(await marks.executeTakeFirst()).toEqual({ events_offset: 500, events_at_offset: 1 })
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(50)
    expect(told.length).toBeLessThan(5)
  })

  test('more than goes into one transaction goes into several, in order', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const told: number[] = []
    onTestFinished(
      store.bus.subscribe((message) => {
        if (message.type === 'events') told.push(message.seq)
      }),
    )
    const writer = startWriter(store)
    await writer.append(texts(session, [0]))
    const large = 'x'.repeat(3 * 1024 * 1024)
    await Promise.all(
      range(1, 4).map((offset) =>
        writer.append({
          ...texts(session, []),
          events: [{ type: 'text', offset, text: large, messageId: 'm', parentToolUseId: null }],
        }),
      ),
    )
    await Promise.all(range(5, 3_004).map((offset) => writer.append(texts(session, [offset]))))
    await writer.append(texts(session, range(3_005, 6_000)))
    expect(await offsets(store, session.id)).toEqual(range(0, 6_000))
    expect(told).toEqual(told.toSorted((one, other) => one - other))
    expect(told).toEqual(expect.arrayContaining([1, 3, 5, 6_001]))
  })

  test('closing stores what there is, and takes no more', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const writer = startEventWriter(store, { ...quiet, flushMs: 60_000 })
    await writer.append(texts(session, [0]))
    const appended = writer.append(texts(session, [1]))
    await writer[Symbol.asyncDispose]()
    await appended
    await expect(writer.append(texts(session, [2]))).rejects.toMatchObject({
      code: 'not_accepting',
    })
    expect(await offsets(store, session.id)).toEqual([0, 1])
  })

  test('flush hurries what waits for a group', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store)
    const writer = startEventWriter(store, { ...quiet, flushMs: 60_000 })
    await writer.append(texts(session, [0]))
    const appended = writer.append(texts(session, [1]))
    await writer.flush(session.id)
    await appended
    expect(await offsets(store, session.id)).toEqual([0, 1])
    await writer[Symbol.asyncDispose]()
  })
})

const quiet = {
  onLost: () => undefined,
  onError: (error: Error) => {
    throw error
  },
}

function startWriter(
  store: Store,
  options: Partial<Parameters<typeof startEventWriter>[1]> = {},
): EventWriter {
  const writer = startEventWriter(store, { ...quiet, ...options })
  onTestFinished(() => writer[Symbol.asyncDispose]())
  return writer
}

/** A store whose first transaction is committed, and then fails as `then` says. */
function afterCommit(store: Store, then: () => Promise<never>): Store {
  let isFirst = true
  return {
    ...store,
    async transact(work, options) {
      const value = await store.transact(work, options)
      if (!isFirst) return value
      isFirst = false
      return await then()
    },
  }
}

async function inTurn<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (const item of items) await work(item)
}

async function readAll(store: Store, sessionId: string): ReturnType<typeof readEvents> {
  return await readEvents(store, { sessionId, after: 0, limit: 10_000 })
}

async function offsets(store: Store, sessionId: string): Promise<number[]> {
  const events = await readAll(store, sessionId)
  return events.flatMap((event) => (event.type === 'text' ? [event.offset] : []))
}

function newRequest(sessionId: string): NewRequest {
  const id = uuidV7()
  return {
    id,
    control_id: `of-claude-${id}`,
    session_id: sessionId,
    run_id: uuidV7(),
    attempt_id: null,
    agent_id: null,
    kind: 'permission',
    data: '{}',
    expires_at: null,
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
