import type { TransientEvent } from '../../events/session-event.ts'
import type { BusMessage } from '../../store/bus.ts'
import type { Store } from '../../store/store.ts'
import { joinDeltas, splitDeltas } from './join-deltas.ts'
import { createReplacedDeltas, type ReplacedDeltas } from './replaced-deltas.ts'
import type { SessionStreams } from './session-streams.ts'

/** The worker's side of what is published and not stored. */
export type TransientOutlet = Disposable & {
  /** To be called when all events that came before these are stored: they would be overtaken else. */
  publish(sessionId: string, events: readonly TransientEvent[]): void
}

/** A session that somebody in another process looks at. */
type Wanted = {
  untilMs: number
  afterSeq: number | null
  replaced: ReplacedDeltas
  pending: TransientEvent[]
}

/** How long told interest lasts: those who have it tell it again sooner. */
const interestMs = 15_000
/** What comes within that goes to other processes together. */
const joinMs = 40
/** PostgreSQL takes 8,000 bytes a notice: the bus leaves out an event that is too large alone. */
const maxDeltaBytes = 6_000
/** What waits for the next message at most; the finished block has it all anyway. */
const maxPending = 5_000

/**
 * Passes transient events on: to subscribers in this process at once, to other processes over the bus,
 * joined, and only while somebody there wants them.
 */
export function startTransientOutlet(
  store: Store,
  { streams }: { streams: Pick<SessionStreams, 'id' | 'offerTransient'> },
): TransientOutlet {
  const wanted = new Map<string, Wanted>()
  let timer: NodeJS.Timeout | null = null

  const unsubscribe = store.bus.subscribe((message) => {
    if (message.type === 'interest' && message.from !== streams.id) onInterest(message.sessionId)
    else if (message.type === 'events') onStored(message)
  })

  function onInterest(sessionId: string): void {
    const now = performance.now()
    for (const [id, { untilMs }] of wanted) if (untilMs < now) wanted.delete(id)
    const known = wanted.get(sessionId)
    if (known === undefined) {
      const replaced = createReplacedDeltas()
      wanted.set(sessionId, { untilMs: now + interestMs, afterSeq: null, replaced, pending: [] })
    } else known.untilMs = now + interestMs
  }

  function onStored({ sessionId, seq, events = [] }: BusMessage & { type: 'events' }): void {
    const session = wanted.get(sessionId)
    if (session === undefined) return
    session.afterSeq = Math.max(session.afterSeq ?? 0, seq)
    session.replaced.note(events)
  }

  function flush(): void {
    timer = null
    for (const [sessionId, session] of wanted) {
      // A block that was finished meanwhile has been told already.
      const events = session.pending.filter((event) => !session.replaced.isReplaced(event))
      session.pending = []
      if (events.length === 0) continue
      store.bus.publish({
        type: 'transient',
        sessionId,
        from: streams.id,
        afterSeq: session.afterSeq,
        events: splitDeltas(joinDeltas(events), { maxBytes: maxDeltaBytes }),
      })
    }
  }

  return {
    publish(sessionId, events) {
      streams.offerTransient(sessionId, events, { afterSeq: null })
      const session = wanted.get(sessionId)
      if (session === undefined || session.untilMs < performance.now()) return
      if (session.pending.length > maxPending) session.pending = []
      session.pending.push(...events)
      timer ??= setTimeout(flush, joinMs)
    },
    [Symbol.dispose]() {
      unsubscribe()
      if (timer !== null) clearTimeout(timer)
    },
  }
}
