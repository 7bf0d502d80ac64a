import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { toEvents } from '../messages/to-events.ts'
import { createLineReader, type Line } from './line-reader.ts'
import { readDelta } from './read-delta.ts'

const before = 'é\n'
const offset = Buffer.byteLength(before)

/** The line as it comes out of the middle of a log. */
function toLine(text: string | Buffer): Line {
  const lines: Line[] = []
  const reader = createLineReader({ maxLineBytes: 1 << 20, onLine: (line) => lines.push(line) })
  reader.push(Buffer.concat([Buffer.from(before), Buffer.from(text), Buffer.from('\n')]))
  const [, line] = lines
  if (line === undefined) throw new Error('no line')
  return line
}

/** A delta as the CLI writes it; `after` replaces what follows the event. */
function deltaLine(delta: object, after: object = {}): string {
  return JSON.stringify({
    type: 'stream_event',
    event: { type: 'content_block_delta', index: 1, delta },
    session_id: 'ac2d1234-a113-48ab-b745-5cf3e64522ce',
    parent_tool_use_id: null,
    uuid: 'a0b2b309-e566-4500-87a7-d7df30551914',
    ...after,
  })
}

const deltas = (text: string): object[] => [
  { type: 'text_delta', text },
  { type: 'thinking_delta', thinking: text },
  { type: 'input_json_delta', partial_json: text },
]

test('a delta of any text is read as JSON.parse reads it', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('"}}', ',"', '\\', '"', '{', '\n', '\u00e9', '\u{1f40e}', 'a'))
      .map((it) => it.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      for (const delta of deltas(text)) {
        const line = deltaLine(delta)
        expect([readDelta(toLine(line))]).toEqual(toEvents(JSON.parse(line), offset))
      }
    }),
  )
})

test('what is not surely a delta of the main conversation is left to be parsed', () => {
  const whole = deltaLine({ type: 'text_delta', text: 'Hello' })
  const others = [
    deltaLine({ type: 'text_delta', text: 'Hello' }, { parent_tool_use_id: 'toolu_1' }),
    deltaLine({ type: 'text_delta', text: 'Hello' }, { parent_tool_use_id: undefined }),
    deltaLine({ type: 'text_delta', text: 'Hello' }, { more: { parent_tool_use_id: null } }),
    deltaLine({ type: 'text_delta', text: 'x'.repeat(5000) }),
    deltaLine({ type: 'signature_delta', text: 'Hello' }),
    deltaLine({ text: 'Hello', type: 'text_delta' }),
    whole.replace('Hello', String.raw`Hel\qlo`),
    whole.replace('Hello', 'Hel\tlo'),
    whole.slice(0, -1),
    `${whole}${whole}`,
    `${whole.slice(0, 150)}${whole}`,
    ` ${whole}`,
    '',
  ]
  expect(others.map((line) => readDelta(toLine(line)))).toEqual(others.map(() => null))
  expect(readDelta(toLine(whole))).not.toBeNull()
})

test('any cut of a line, and any byte changed, is read as JSON.parse reads it or not at all', () => {
  const bytes = Buffer.from(deltaLine({ type: 'text_delta', text: 'H\u00e9llo\n' }))
  fc.assert(
    fc.property(fc.nat(bytes.length), fc.nat(bytes.length - 1), fc.nat(255), (cut, at, byte) => {
      const broken = Buffer.from(bytes)
      broken[at] = byte
      for (const one of [broken, bytes.subarray(0, cut)]) {
        const found = byte === 10 ? null : readDelta(toLine(one))
        if (found !== null) expect([found]).toEqual(toEvents(JSON.parse(one.toString()), offset))
      }
    }),
    { numRuns: 2000 },
  )
})
