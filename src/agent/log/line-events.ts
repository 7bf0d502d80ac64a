import type { AgentEvent } from '../../events/agent-event.ts'
import { parseCliLine, type CliMessage } from './cli-message.ts'
import type { Line } from './line-reader.ts'
import { readDelta } from './read-delta.ts'
import { toEvents } from '../messages/to-events.ts'

/** The events of one line of the log. Live and replayed lines go the same way. */
export function lineEvents(line: Line): AgentEvent[] {
  const delta = readDelta(line)
  return delta === null ? messageEvents(parseCliLine(line), line) : [delta]
}

/** As {@link lineEvents}, for a line that has been parsed. */
export function messageEvents(parsed: CliMessage, line: Line): AgentEvent[] {
  const { offset } = line
  if (line.isClipped) {
    const message = `a line of ${line.length} bytes is longer than maxLineBytes; its long strings were cut`
    return [{ type: 'notice', code: 'output_limit', message, bytes: line.length, offset }]
  }
  if (parsed.kind === 'object') return toEvents(parsed.message, offset)
  if (parsed.bytes === 0) return []
  return [{ type: 'unparsed', text: parsed.text, bytes: parsed.bytes, offset }]
}
