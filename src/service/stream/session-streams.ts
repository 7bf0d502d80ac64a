import type { SessionEvent, TransientEvent } from '../../events/session-event.ts'
import { readEvents } from '../../store/events/read-events.ts'
import { lastSeqs } from '../../store/sessions/last-seqs.ts'
import type { Store } from '../../store/store.ts'
import { limitConcurrency } from '../../util/limit-concurrency.ts'
import { toError } from '../../util/to-error.ts'
import { uuidV7 } from '../../util/uuid-v7.ts'
import { createSessionHub, type SessionHub } from './session-hub.ts'
import { readToEnd, type Source } from './source.ts'
import { Subscription } from './subscription.ts'

export type SubscribeOptions = {
  /** The seq of the last event that the subscriber has. Default 0. */
  after?: number | undefined
  /** Whether to get deltas, too. */
  transient?: boolean | undefined
  /** `now`: ends after what there is, instead of going on live. */
  until?: 'now' | undefined
  signal?: AbortSignal | undefined
}

/** The event streams of all sessions that somebody in this process looks at. */
export type SessionStreams = AsyncDisposable & {
  /** Of this process, as its bus messages name it. */
  readonly id: string
  subscribe(sessionId: string, options?: SubscribeOptions): AsyncIterable<SessionEvent>
  /** Transient events of a worker in this process. */
  offerTransient(
    sessionId: string,
    events: readonly TransientEvent[],
    options: { afterSeq: number | null },
  ): void
  /** `buffered`: events that are kept at hand for them. */
  stats(): { sessions: number; subscribers: number; buffered: number }
}

export type SessionStreamsOptions = {
  /** Events of a session that are kept at hand for its subscribers. Default 5,000. */
  maxBuffered?: number
  /** How often it is looked after what no notice has told. Default 3,000. */
  checkMs?: number
  /** Told of trouble with the database; streams go on when that is over. */
  onError?: (error: Error) => void
}

/** The same as to size: roughly what the window of one session may hold in memory. */
const maxWindowBytes = 8 * 1024 * 1024
/** Of all streams together: the scheduler needs the database, too. */
const readsAtOnce = 4
/** Interest is told for 15 s; told again well before that is over. */
const interestMs = 6_000

/**
 * Streams that are history first and live from then on, by one and the same numbers. One hub a session,
 * however many subscribers; no timer and no read for each of them.
 */
export function startSessionStreams(
  store: Store,
  options: SessionStreamsOptions = {},
): SessionStreams {
  const { maxBuffered = 5_000, checkMs = 3_000, onError = () => undefined } = options
  const id = uuidV7()
  const hubs = new Map<string, SessionHub>()
  const limitReads = limitConcurrency(readsAtOnce)
  const closing = new AbortController()
  let toldInterestAt = 0
  let check: Promise<void> | null = null

  const unsubscribe = store.bus.subscribe((message) => {
    if (message.type === 'events') hubs.get(message.sessionId)?.offer(message.seq, message.events)
    else if (message.type === 'transient' && message.from !== id) {
      hubs.get(message.sessionId)?.offerTransient(message.events, message)
    }
    // The bus was away, and may have missed anything.
    else if (message.type === 'ready' && message.pool === '*') check ??= look()
  })
  const timer = setInterval(() => {
    check ??= look()
  }, checkMs)

  async function look(): Promise<void> {
    try {
      tellInterest()
      const ids = [...hubs.keys()]
      const seqs = await lastSeqs(store, ids)
      for (const sessionId of ids) {
        const seq = seqs.get(sessionId)
        // Without a row the session was deleted.
        if (seq === undefined) await hubs.get(sessionId)?.hub.end()
        else hubs.get(sessionId)?.offer(seq)
      }
      for (const { hub } of hubs.values()) hub.tick()
    } catch (error) {
      onError(toError(error))
    } finally {
      check = null
    }
  }

  function tellInterest(): void {
    if (performance.now() - toldInterestAt < interestMs) return
    toldInterestAt = performance.now()
    for (const [sessionId, { hub }] of hubs) {
      if (hub.wantsTransient) store.bus.publish({ type: 'interest', sessionId, from: id })
    }
  }

  function toSource(sessionId: string): Source<SessionEvent, number> {
    return {
      compare: (a, b) => a - b,
      positionOf: (event) => event.seq ?? 0,
      read: (after, { limit }) => limitReads(() => readEvents(store, { sessionId, after, limit })),
      async newest() {
        const seqs = await limitReads(() => lastSeqs(store, [sessionId]))
        return seqs.get(sessionId) ?? null
      },
    }
  }

  function hubOf(sessionId: string): SessionHub {
    const known = hubs.get(sessionId)
    if (known !== undefined) return known
    const hub = createSessionHub(toSource(sessionId), {
      maxEntries: maxBuffered,
      maxBytes: maxWindowBytes,
      onError,
      onEmpty: () => void hubs.delete(sessionId),
    })
    hubs.set(sessionId, hub)
    return hub
  }

  function follow(sessionId: string, options: SubscribeOptions): AsyncIterator<SessionEvent> {
    const { after = 0, transient = false, until } = options
    const signal = AbortSignal.any([closing.signal, ...(options.signal ? [options.signal] : [])])
    if (until === 'now') return readToEnd(toSource(sessionId), after, { signal })
    const { hub } = hubOf(sessionId)
    if (transient && !hub.wantsTransient) {
      store.bus.publish({ type: 'interest', sessionId, from: id })
    }
    return new Subscription(hub, after, { transient, onError, signal })
  }

  return {
    id,
    subscribe: (sessionId, options = {}) => ({
      [Symbol.asyncIterator]: () => follow(sessionId, options),
    }),
    offerTransient: (sessionId, events, { afterSeq }) =>
      hubs.get(sessionId)?.offerTransient(events, { afterSeq }),
    stats() {
      let subscribers = 0
      let buffered = 0
      for (const { hub } of hubs.values()) {
        subscribers += hub.size
        if (hub.window !== null) buffered += hub.window.end - hub.window.first
      }
      return { sessions: hubs.size, subscribers, buffered }
    },
    async [Symbol.asyncDispose]() {
      unsubscribe()
      clearInterval(timer)
      const ending = [...hubs.values()].map(({ hub }) => hub.end())
      closing.abort()
      await Promise.all([check, ...ending])
    },
  }
}
