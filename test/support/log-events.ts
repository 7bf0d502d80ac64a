import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentEvent } from '../../src/agent/index.ts'
import { readEvents } from '../../src/agent/log/read-events.ts'
import { waitFor } from './wait-for.ts'

/** An event's place and kind, for comparing what two readers have seen. */
export function toMark(event: AgentEvent): string {
  return `${event.offset} ${event.type}`
}

/** Is the event hostler's own, which no log holds? */
export function isOwn(event: AgentEvent): boolean {
  return event.type === 'notice' || (event.type === 'request_closed' && event.how !== 'withdrawn')
}

/** All events that a log stands for, read in one go. */
export async function readLogEvents(dir: string): Promise<AgentEvent[]> {
  const path = join(dir, 'out.jsonl')
  const events: AgentEvent[] = []
  const range = { from: 0, to: readFileSync(path).length }
  for await (const event of readEvents(path, { range, maxLineBytes: 2 ** 24, skip: 0 })) {
    events.push(event)
  }
  return events
}

/** Collects events until one fits, which is the last. */
export async function collectUntil(
  events: AsyncIterable<AgentEvent>,
  isLast: (event: AgentEvent) => boolean,
): Promise<AgentEvent[]> {
  const seen: AgentEvent[] = []
  for await (const event of events) {
    seen.push(event)
    if (isLast(event)) return seen
  }
  throw new Error(`ended before the event: ${seen.map((one) => one.type).join(' ')}`)
}

/** The first event of this type; the rest is left to others. Throws when there is none. */
export async function firstEvent<Type extends AgentEvent['type']>(
  events: AsyncIterable<AgentEvent>,
  type: Type,
): Promise<Extract<AgentEvent, { type: Type }>> {
  for await (const event of events) if (isOfType(event, type)) return event
  throw new Error(`the events ended without ${type}`)
}

function isOfType<Type extends AgentEvent['type']>(
  event: AgentEvent,
  type: Type,
): event is Extract<AgentEvent, { type: Type }> {
  return event.type === type
}

/** Waits until an agent's output holds the text. */
export async function waitForLog(dir: string, text: string): Promise<void> {
  await waitFor(() => readFileSync(join(dir, 'out.jsonl'), 'utf8').includes(text), {
    what: `${text} in the log`,
    timeoutMs: 20_000,
  })
}
