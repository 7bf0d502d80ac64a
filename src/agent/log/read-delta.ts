import type { DeltaEvent } from '../../events/agent-event.ts'
import type { Line } from './line-reader.ts'

/** Longer ones are few, and an expression should not be let loose on megabytes. */
const maxBytes = 4096

/** A delta as every CLI checked writes it: kind, content, and then ids to the end of the line. */
const delta = new RegExp(
  [
    /^\{"type":"stream_event","event":\{"type":"content_block_delta","index":\d+,/,
    /"delta":\{"type":"(\w+)","(?:text|thinking|partial_json)":/,
    /"([^"\\]*(?:\\.[^"\\]*)*)"\}\}((?:,"\w+":(?:null|"[\w-]*"))*)\}$/,
  ]
    .map(({ source }) => source)
    .join(''),
)
const noParent = '"parent_tool_use_id":null'

/**
 * The event of a line that holds a delta of the main conversation, found in a quarter of the time that
 * JSON.parse takes: deltas are most of what an agent says. `null` for every other line, and for one
 * that is written in any other way: those are to be parsed.
 */
export function readDelta(line: Line): DeltaEvent | null {
  const { bytes, offset } = line
  if (bytes.length > maxBytes || line.isClipped) return null
  // One character per byte: most of it is ASCII, and the rest is decoded below.
  const [, kind, written, ids] = delta.exec(bytes.toString('latin1')) ?? []
  if (kind === undefined || written === undefined || ids?.includes(noParent) !== true) return null
  const text = decode(written)
  if (text === null) return null
  switch (kind) {
    case 'text_delta':
    case 'thinking_delta':
      return { type: kind, text, parentToolUseId: null, offset }
    case 'input_json_delta':
      return { type: 'tool_input_delta', json: text, parentToolUseId: null, offset }
    default:
      return null
  }
}

/** `written` has one character per byte. */
function decode(written: string): string | null {
  if (!/[^\x20-\x7e]|\\/.test(written)) return written
  try {
    const text: unknown = JSON.parse(`"${Buffer.from(written, 'latin1').toString('utf8')}"`)
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}
