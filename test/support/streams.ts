import type { SessionEvent, TransientEvent } from '../../src/events/session-event.ts'
import { appendInTx } from '../../src/store/events/append-in-tx.ts'
import type { Store } from '../../src/store/store.ts'

/** Appends that many texts in one transaction; `offset` is their place in the agent's log. */
export async function appendTexts(
  store: Store,
  sessionId: string,
  { count = 1, offset = 0, text = 'x' }: { count?: number; offset?: number; text?: string } = {},
): Promise<void> {
  const events = Array.from({ length: count }, () => ({
    type: 'text' as const,
    offset,
    parentToolUseId: null,
    messageId: 'm',
    text,
  }))
  await store.transact((tx) => appendInTx(tx, sessionId, { runId: null, events }))
}

export function textDelta(sessionId: string, text: string, offset: number): TransientEvent {
  const place = { seq: null, at: Date.now(), sessionId, runId: null }
  return { type: 'text_delta', text, offset, parentToolUseId: null, ...place }
}

/** What a subscriber has got so far, taken as it comes. */
export type Collected<T> = { readonly items: T[]; readonly ended: Promise<void> }

export function collect<T>(source: AsyncIterable<T>, each?: (item: T) => void): Collected<T> {
  const items: T[] = []
  async function take(): Promise<void> {
    for await (const item of source) {
      items.push(item)
      each?.(item)
    }
  }
  return { items, ended: take() }
}

/** The stored ones' numbers, in the order in which they came. */
export function seqsOf(events: readonly SessionEvent[]): number[] {
  return events.map((event) => event.seq).filter((seq) => seq !== null)
}

/** 1, 2, 3… as a stream without gap or repeat has them. */
export function numbers(count: number, after = 0): number[] {
  return Array.from({ length: count }, (_, index) => after + index + 1)
}
