import type { SessionEvent, StoredEvent, TransientEvent } from '../../events/session-event.ts'
import { Hub, type HubOptions } from './hub.ts'
import { createReplacedDeltas } from './replaced-deltas.ts'
import type { Source } from './source.ts'

/** Where one session's notices from the bus become one stream for all its subscribers. */
export type SessionHub = {
  readonly hub: Hub<SessionEvent, number>
  /** Stored up to `seq`; `events` are the last of those, when they are at hand. */
  offer(seq: number, events?: readonly StoredEvent[]): void
  /** What followed the stored event `afterSeq`, or a later one; null when that is not known. */
  offerTransient(events: readonly TransientEvent[], options: { afterSeq: number | null }): void
}

/** More than that is not held back: the finished blocks will have it all. */
const maxHeld = 1_000

export function createSessionHub(
  source: Source<SessionEvent, number>,
  options: Omit<HubOptions<SessionEvent>, 'onStored' | 'onAppended' | 'onReset'>,
): SessionHub {
  let replaced = createReplacedDeltas()
  let wanted = 0
  // What the stream began after: which blocks were finished before that is not known here.
  let floor = 0
  let held: { afterSeq: number; events: readonly TransientEvent[] }[] = []

  const hub = new Hub(source, {
    ...options,
    onStored: (events) => replaced.note(events.filter((event) => event.seq !== null)),
    onAppended: release,
    onReset() {
      replaced = createReplacedDeltas()
      floor = hub.head ?? 0
      held = []
    },
  })

  function release(): void {
    let count = 0
    for (const { afterSeq, events } of held) {
      if (hub.head === null || afterSeq > hub.head) break
      count++
      // Looked at now, as their block may have come while they were held.
      hub.appendTransient(events.filter((event) => !replaced.isReplaced(event)))
    }
    held = held.slice(count)
  }

  return {
    hub,
    offer(seq, events = []) {
      wanted = Math.max(wanted, seq)
      if (hub.head === null) return hub.look()
      if (seq <= hub.head) return
      const next = events.findIndex((event) => event.seq === (hub.head ?? 0) + 1)
      if (next < 0 || events.at(-1)?.seq !== seq) return hub.look()
      hub.append(events.slice(next))
    },
    offerTransient(events, { afterSeq }) {
      if (hub.head === null || !hub.isWatched) return
      if (afterSeq !== null && afterSeq < floor) return
      wanted = Math.max(wanted, afterSeq ?? 0)
      if (held.length >= maxHeld) held = []
      // Also after what is known to be stored, but has not been read here yet.
      held.push({ afterSeq: wanted, events })
      release()
      if (wanted > hub.head) hub.look()
    },
  }
}
