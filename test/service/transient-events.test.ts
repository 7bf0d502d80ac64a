import { expect, test, vi } from 'vitest'
import type { SessionEvent } from '../../src/events/session-event.ts'
import { startSessionStreams } from '../../src/service/stream/session-streams.ts'
import { startTransientOutlet } from '../../src/service/stream/transient-outlet.ts'
import type { Store } from '../../src/store/store.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { appendTexts, collect, textDelta } from '../support/streams.ts'
import { waitFor } from '../support/wait-for.ts'

forEachDatabase((openDatabase, name) => {
  test('deltas come at once, between the stored events that they came between', async () => {
    await using database = await openDatabase()
    await using worker = startWorker(await database.openStore())
    const { store, streams, outlet } = worker
    const { id } = await addSession(store)
    const all = collect(streams.subscribe(id, { transient: true }))
    const stored = collect(streams.subscribe(id))
    await waitFor(() => streams.stats().subscribers === 2)
    await appendTexts(store, id, { offset: 10, text: 'before' })
    await waitFor(() => all.items.length === 1)
    outlet.publish(id, [textDelta(id, 'a', 20), textDelta(id, 'b', 21)])
    await appendTexts(store, id, { offset: 30, text: 'ab' })
    // Of a block that is there already: too late.
    outlet.publish(id, [textDelta(id, 'b', 21)])
    outlet.publish(id, [textDelta(id, 'c', 40)])
    await appendTexts(store, id, { offset: 50, text: 'c' })
    await waitFor(() => stored.items.length === 3 && all.items.length === 6)
    expect(all.items.map(toWord)).toEqual(['before', '~a', '~b', 'ab', '~c', 'c'])
    expect(stored.items.map(toWord)).toEqual(['before', 'ab', 'c'])
  })

  test('one who is behind gets no deltas until it has caught up', async () => {
    await using database = await openDatabase()
    await using worker = startWorker(await database.openStore(), { maxBuffered: 10 })
    const { store, streams, outlet } = worker
    const { id } = await addSession(store)
    const slow = streams.subscribe(id, { transient: true })[Symbol.asyncIterator]()
    const first = slow.next()
    await appendTexts(store, id, { text: 'one' })
    expect(toWord((await first).value)).toBe('one')
    outlet.publish(id, [textDelta(id, 'lost', 5)])
    for (let offset = 10; offset < 40; offset++) {
      await appendTexts(store, id, { offset, text: `${offset}` })
    }
    const words: string[] = []
    while (words.length < 30) words.push(toWord((await slow.next()).value))
    expect(words).toEqual(Array.from({ length: 30 }, (_, index) => `${index + 10}`))
    const next = slow.next()
    await waitFor(() => {
      outlet.publish(id, [textDelta(id, 'live', 50)])
      return streams.stats().buffered > 0
    })
    expect(toWord((await next).value)).toBe('~live')
    await slow.return?.()
  })

  test('a delta waits for what was stored before it, though no notice has told of that', async () => {
    await using database = await openDatabase()
    await using worker = startWorker(await database.openStore())
    const { store, streams } = worker
    const { id } = await addSession(store)
    await appendTexts(store, id, { text: 'one' })
    const { items } = collect(streams.subscribe(id, { transient: true }))
    await waitFor(() => items.length === 1)
    const silence = vi.spyOn(store.bus, 'publish').mockReturnValue()
    await appendTexts(store, id, { offset: 10, text: 'two' })
    silence.mockRestore()
    streams.offerTransient(id, [textDelta(id, 'next', 20)], { afterSeq: 2 })
    // Told late, and older than what this process has begun with.
    streams.offerTransient(id, [textDelta(id, 'old', 21)], { afterSeq: 0 })
    await waitFor(() => items.length === 3)
    expect(items.map(toWord)).toEqual(['one', 'two', '~next'])
  })

  if (name === 'sqlite') return

  test('another process gets stored events and deltas, in order, the deltas joined', async () => {
    await using database = await openDatabase()
    await using worker = startWorker(await database.openStore())
    await using remote = startSessionStreams(await database.openStore())
    const { store, outlet } = worker
    const { id } = await addSession(store)
    await appendTexts(store, id, { offset: 1, text: 'old' })
    const { items } = collect(remote.subscribe(id, { transient: true }))
    await waitFor(() => items.length === 1)
    // Interest takes a moment to get there.
    await waitFor(() => {
      outlet.publish(id, [textDelta(id, '-', 2)])
      return items.length > 1
    })
    await appendTexts(store, id, { offset: 3, text: 'mark' })
    await waitFor(() => items.some((event) => event.type === 'text' && event.text === 'mark'))
    const from = items.length
    const long = 'é"😀'.repeat(5_000)
    let offset = 100
    for (let block = 0; block < 30; block++) {
      for (let part = 0; part < 5; part++) outlet.publish(id, [textDelta(id, `${part}`, offset++)])
      if (block === 29) outlet.publish(id, [textDelta(id, long, offset++)])
      if (block % 3 === 0) await waitFor(() => items.at(-1)?.type === 'text_delta')
      const text = `01234${block === 29 ? long : ''}`
      if (block === 29) await waitFor(() => joinedDeltas(items).endsWith(text))
      await appendTexts(store, id, { offset: offset++, text: `block ${block} ${text}` })
    }
    await waitFor(() => items.at(-1)?.seq === 32)
    const got = items.slice(from)
    expect(got.map(toWord).filter((word) => !word.startsWith('~'))).toHaveLength(30)
    let grown = ''
    let highest = 0
    for (const event of got) {
      if (event.type === 'text_delta') {
        grown += event.text
        expect(event.offset).toBeGreaterThan(highest)
      } else if (event.type === 'text') {
        highest = event.offset
        // All of it, or, when the block was finished first, none.
        expect(grown === '' || event.text.endsWith(` ${grown}`)).toBe(true)
        grown = ''
      }
    }
    expect(got.filter(({ type }) => type === 'text_delta').length).toBeLessThan(100)
  })

  test('nobody elsewhere: nothing goes over the bus; and no longer after the last one', async () => {
    await using database = await openDatabase()
    await using worker = startWorker(await database.openStore())
    const { store, streams, outlet } = worker
    const { id } = await addSession(store)
    const told: string[] = []
    const unsubscribe = store.bus.subscribe(({ type }) => void told.push(type))
    const { items } = collect(streams.subscribe(id, { transient: true }))
    await waitFor(() => streams.stats().subscribers === 1)
    await appendTexts(store, id)
    await waitFor(() => items.length === 1)
    for (let offset = 1; offset < 50; offset++) outlet.publish(id, [textDelta(id, 'x', offset)])
    await waitFor(() => items.length === 50)
    await appendTexts(store, id, { offset: 100 })
    await waitFor(() => items.length === 51)
    expect(told.filter((type) => type === 'transient')).toEqual([])
    unsubscribe()
  })
})

function startWorker(store: Store, options: { maxBuffered?: number } = {}) {
  const streams = startSessionStreams(store, options)
  const outlet = startTransientOutlet(store, { streams })
  return {
    store,
    streams,
    outlet,
    async [Symbol.asyncDispose]() {
      outlet[Symbol.dispose]()
      await streams[Symbol.asyncDispose]()
    },
  }
}

/** The text of an event; of a delta with a mark. */
function toWord(event: SessionEvent | undefined): string {
  if (event?.type === 'text') return event.text
  return event?.type === 'text_delta' ? `~${event.text}` : `${event?.type}`
}

/** What the deltas since the last block make. */
function joinedDeltas(events: readonly SessionEvent[]): string {
  const from = events.findLastIndex(({ type }) => type === 'text') + 1
  return events
    .slice(from)
    .map((event) => (event.type === 'text_delta' ? event.text : ''))
    .join('')
}
