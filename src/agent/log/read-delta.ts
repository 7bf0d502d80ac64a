import type { DeltaEvent } from '../../events/agent-event.ts'
import { lineLatin1, type Line } from './line-reader.ts'

/** Longer ones are few, and an expression should not be let loose on megabytes. */
const maxBytes = 4096

/**
 * A delta of the main conversation as every CLI checked writes it: its kind, its content up to the
 * first escape, the rest of it, and ids to the end of the line.
 */
const delta = new RegExp(
  [
    /^\{"type":"stream_event","event":\{"type":"content_block_delta","index":\d+,/,
    /"delta":\{"type":"(\w+)","(?:text|thinking|partial_json)":/,
    /"([ !#-[\]-\xff]*)((?:\\.[ !#-[\]-\xff]*)*)/,
    /("\}\}(?:,"\w+":"[\w-]*")*,"parent_tool_use_id":null(?:,"\w+":"[\w-]*")*\})$/,
  ]
    .map(({ source }) => source)
    .join(''),
)

/**
 * The event of a line that holds a delta of the main conversation, found in less than half of the time
 * that JSON.parse takes: deltas are most of what an agent says. `null` for every other line, and for one
 * that is written in any other way: those are to be parsed.
 */
export function readDelta(line: Line): DeltaEvent | null {
  const { chunk, start, stop, offset } = line
  if (stop - start > maxBytes || line.isClipped) return null
  const found = delta.exec(lineLatin1(line))
  if (found === null) return null
  const [, kind, plain = '', escaped = '', tail = ''] = found
  const to = stop - tail.length
  // From the bytes: a part of the chunk's text would keep all of that in memory.
  const written = chunk.bytes.toString('utf8', to - escaped.length - plain.length, to)
  const text = escaped === '' ? written : decodeEscapes(written)
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

function decodeEscapes(written: string): string | null {
  try {
    const text: unknown = JSON.parse(`"${written}"`)
    return typeof text === 'string' ? text : null
  } catch {
    return null
  }
}
