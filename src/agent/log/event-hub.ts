import type { AgentEvent } from '../../events/agent-event.ts'
import { createEventStream, type EventStream } from './event-stream.ts'

/** `from` and `to` bound what is read from the log; what follows is live, unless it `isOver`. */
export type Subscription = {
  from: number
  to: number
  isOver: boolean
  signal?: AbortSignal | undefined
}

export type EventHub = {
  /** Somebody needs the events of the next line made. */
  readonly isHeard: boolean
  publishLine(line: { offset: number; end: number }, events: AgentEvent[]): void
  publishOwn(event: AgentEvent): void
  subscribe(subscription: Subscription): EventStream
  /** Ends every stream. */
  end(): void
}

/** Hands an agent's events to whoever listens. No listener can slow another, or the agent. */
export function createEventHub(options: { path: string; maxLineBytes: number }): EventHub {
  const streams = new Set<EventStream>()
  return {
    get isHeard() {
      for (const stream of streams) if (stream.isLive) return true
      return false
    },
    publishLine(line, events) {
      for (const stream of streams) stream.pushLine(line, events)
    },
    publishOwn(event) {
      for (const stream of streams) stream.pushOwn(event)
    },
    subscribe({ from, to, isOver, signal }) {
      const stream = createEventStream({
        ...options,
        from,
        to,
        signal,
        onClose: (closed) => streams.delete(closed),
      })
      if (isOver) stream.end()
      else streams.add(stream)
      return stream
    },
    end() {
      for (const stream of streams) stream.end()
      streams.clear()
    },
  }
}
