import { lineText, type Line } from './line-reader.ts'
import { isObject, type Loose } from '../messages/loose.ts'

/** A line of the CLI's stdout: a JSON object, or what is no such thing. */
export type CliMessage =
  | { kind: 'object'; message: Loose }
  | { kind: 'unparsed'; text: string; bytes: number }

/** Shown of a line that cannot be parsed. */
const headChars = 500

/** Never throws: a line that is not a JSON object is passed on as text. */
export function parseCliLine(line: Line): CliMessage {
  const text = lineText(line)
  try {
    const message: unknown = JSON.parse(text)
    if (isObject(message)) return { kind: 'object', message }
  } catch {
    // Falls through: half a line, a warning that a plugin printed, broken bytes.
  }
  return { kind: 'unparsed', text: text.slice(0, headChars), bytes: line.length }
}

const deltaPrefix = Buffer.from('{"type":"stream_event"')

/**
 * True only for lines that surely are stream events, which may be skipped unread while nobody listens.
 * The CLI's key order is not relied on: should it change, this is false and the line is parsed.
 */
export function isSurelyStreamEvent({ chunk, start, stop }: Line): boolean {
  const end = start + deltaPrefix.length
  return stop > end && chunk.bytes.compare(deltaPrefix, 0, deltaPrefix.length, start, end) === 0
}
