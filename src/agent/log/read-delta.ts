import type { DeltaEvent } from '../../events/agent-event.ts'
import { lineLatin1, type Line } from './line-reader.ts'

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
  const { start, stop, offset } = line
  if (stop - start > maxBytes || line.isClipped) return null
  const found = delta.exec(lineLatin1(line))
  if (found === null) return null
  const [, kind, written = '', ids = ''] = found
  if (!ids.includes(noParent)) return null
  const from = stop - '"}}}'.length - ids.length - written.length
  const text = decode(line, { written, from })
  if (text === null) return null
  switch (kind) {
    case 'text_delta':
    case 'thinking_delta':
      return { type: kind, text, parentToolUseId: null, offset }
    case 'input_json_delta':
      return { type: 'tool_input_delta', json: text, parentToolUseId: null, offset }
    case undefined:
    default:
      return null
  }
}

/** From the bytes, as a part of the chunk's text would keep all of that in memory. */
function decode(line: Line, { written, from }: { written: string; from: number }): string | null {
  const text = line.chunk.bytes.toString('utf8', from, from + written.length)
  if (!/[^\x20-\x5b\x5d-\xff]/.test(written)) return text
  try {
    const parsed: unknown = JSON.parse(`"${text}"`)
    return typeof parsed === 'string' ? parsed : null
  } catch {
    return null
  }
}
