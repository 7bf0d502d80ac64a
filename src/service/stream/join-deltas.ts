import type { TransientEvent } from '../../events/session-event.ts'

/** Deltas of one block that follow each other, as one each. */
export function joinDeltas(events: readonly TransientEvent[]): TransientEvent[] {
  const joined: TransientEvent[] = []
  for (const event of events) {
    const both = join(joined.at(-1), event)
    if (both === null) joined.push(event)
    else joined[joined.length - 1] = both
  }
  return joined
}

/** The same events, each with at most `maxBytes` of JSON: a larger delta becomes several. */
export function splitDeltas(
  events: readonly TransientEvent[],
  options: { maxBytes: number },
): TransientEvent[] {
  return events.flatMap((event) => split(event, options.maxBytes))
}

function join(first: TransientEvent | undefined, second: TransientEvent): TransientEvent | null {
  if (first === undefined || first.runId !== second.runId) return null
  if (first.parentToolUseId !== second.parentToolUseId) return null
  // The place is the later one's: before their block, and not before the one that came before it.
  switch (second.type) {
    case 'text_delta':
    case 'thinking_delta':
      return first.type === second.type ? { ...second, text: first.text + second.text } : null
    case 'tool_input_delta':
      return first.type === second.type ? { ...second, json: first.json + second.json } : null
    case 'reply_tokens':
      return null
    default:
      return second satisfies never
  }
}

function split(event: TransientEvent, maxBytes: number): TransientEvent[] {
  if (event.type === 'reply_tokens' || jsonBytes(event) <= maxBytes) return [event]
  const text = event.type === 'tool_input_delta' ? event.json : event.text
  const middle = toCharacterStart(text, Math.floor(text.length / 2))
  if (middle === 0) return [event]
  return [text.slice(0, middle), text.slice(middle)].flatMap((part) =>
    split(
      event.type === 'tool_input_delta' ? { ...event, json: part } : { ...event, text: part },
      maxBytes,
    ),
  )
}

// A surrogate pair that is cut in two is two characters that nobody has sent.
function toCharacterStart(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code <= 0xdfff ? index - 1 : index
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value))
}
