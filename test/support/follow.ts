import type { SessionEvent } from '../../src/events/index.ts'
import type { Hostler } from '../../src/index.ts'

/** A subscriber that stays, over every loss of the connection; the list grows. */
export type Followed = AsyncDisposable & { events: SessionEvent[] }

/** Follows a session until it is disposed of. */
export function follow(hostler: Pick<Hostler, 'sessions'>, sessionId: string): Followed {
  const events: SessionEvent[] = []
  const stopping = new AbortController()
  const { signal } = stopping
  const done = (async () => {
    for await (const event of hostler.sessions.events(sessionId, { signal })) events.push(event)
  })()
  done.catch(() => undefined)
  return {
    events,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await Promise.allSettled([done])
    },
  }
}

/** Of what is stored; 1, 2, 3, … when none is missing or told twice. */
export function seqsOf(events: readonly SessionEvent[]): number[] {
  return events.flatMap(({ seq }) => seq ?? [])
}

/** What the runs of the session said in the end, in their order. */
export function runEnds(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'run_ended' ? event.text : []))
}
