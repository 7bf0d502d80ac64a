import type { StoredEvent, TransientEvent } from '../events/session-event.ts'

/**
 * Wake-ups: they say where to look, the database says what there is. Any may be lost, so that whoever
 * listens must also look by itself now and then.
 */
export type BusMessage =
  /** A session may be claimable; pool `*`: in any of them. */
  | { type: 'ready'; pool: string }
  /** Up to `seq` is stored. `events` only within this process. */
  | { type: 'events'; sessionId: string; seq: number; events?: StoredEvent[] }
  /** Cancel, interrupt, answer, steer: the lease holder looks at the session's rows. */
  | { type: 'control'; sessionId: string }
  /** The feed has grown. */
  | { type: 'changes' }
  | { type: 'outbox' }
  /** A schedule is new, or due at another time. */
  | { type: 'schedules' }
  /** A run has ended that others depend on. */
  | { type: 'dependencies' }
  /** `from` is the process; they follow the stored event `afterSeq`, or a later one, when that is known. */
  | {
      type: 'transient'
      sessionId: string
      from: string
      afterSeq: number | null
      events: TransientEvent[]
    }
  /** Somebody in the process `from` wants the transient events for the next 15 s. */
  | { type: 'interest'; sessionId: string; from: string }

/** Between all processes on one database (SQLite: within this process only). */
export type Bus = {
  /** Gives back what ends it. */
  subscribe(listener: (message: BusMessage) => void): () => void
  publish(message: BusMessage): void
}

/** A bus within this process. */
export function createLocalBus(): Bus {
  const listeners = new Set<(message: BusMessage) => void>()
  return {
    subscribe(listener) {
      // A function of its own, so that one listener given twice is two subscriptions.
      const entry = (message: BusMessage): void => listener(message)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    publish(message) {
      for (const listener of listeners) listener(message)
    },
  }
}
