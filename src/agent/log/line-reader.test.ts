import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineReader, lineLatin1, lineText, type Line } from './line-reader.ts'

type Seen = Pick<Line, 'offset' | 'end' | 'length' | 'isClipped'> & { text: string }

function read(chunks: Buffer[], maxLineBytes = 1 << 20): Seen[] {
  const seen: Seen[] = []
  const reader = createLineReader({
    maxLineBytes,
    onLine: (line) => {
      const { offset, end, length, isClipped } = line
      seen.push({ offset, end, length, isClipped, text: lineLatin1(line) })
    },
  })
  // One buffer for all chunks, as the follower does it: a line kept without copying would change.
  const shared = Buffer.alloc(Math.max(1, ...chunks.map((one) => one.length)))
  for (const chunk of chunks) {
    chunk.copy(shared)
    reader.push(shared.subarray(0, chunk.length))
  }
  return seen
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

const bytesWithLines = fc
  .array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(Uint8Array.of(10))), {
    maxLength: 30,
  })
  .map((parts) => Buffer.concat(parts))
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 })

test('the same lines come out whatever the chunking, and none is lost', () => {
  fc.assert(
    fc.property(bytesWithLines, sizes, (bytes, chunking) => {
      const whole = read([bytes])
      expect(read(cut(bytes, chunking))).toEqual(whole)
      const expected = bytes.toString('latin1').split('\n').slice(0, -1)
      expect(whole.map((one) => one.text)).toEqual(expected)
      for (const one of whole) {
        expect(bytes.subarray(one.offset, one.end - 1).toString('latin1')).toBe(one.text)
      }
    }),
  )
})

test('an over-long line of JSON comes out clipped, valid, and the same whatever the chunking', () => {
  const json = fc.record({
    before: fc.string({ unit: 'binary' }),
    text: fc.string({ unit: 'binary', minLength: 600, maxLength: 900 }),
    list: fc.array(fc.string(), { maxLength: 5 }),
    cost: fc.double({ noNaN: true, noDefaultInfinity: true }),
  })
  fc.assert(
    fc.property(json, fc.boolean(), sizes, (value, isEscaped, chunking) => {
      const text = isEscaped ? escapeAll(JSON.stringify(value)) : JSON.stringify(value)
      const bytes = Buffer.from(`${text}\n{"next":1}\n`)
      const whole = read([bytes], 512)
      expect(read(cut(bytes, chunking), 512)).toEqual(whole)
      const [first, second] = whole
      expect(first).toMatchObject({ isClipped: true, offset: 0, length: Buffer.byteLength(text) })
      expect(second).toMatchObject({ isClipped: false, text: '{"next":1}' })
      if (first === undefined || first.text === '') return
      expect(Buffer.byteLength(first.text, 'latin1')).toBeLessThanOrEqual(512)
      const parsed: unknown = JSON.parse(Buffer.from(first.text, 'latin1').toString('utf8'))
      expect(parsed).toMatchObject({ cost: Object.is(value.cost, -0) ? 0 : value.cost })
      expect(JSON.stringify(parsed)).not.toContain('\ufffd')
    }),
  )
})

/** Every character of every string as a \u escape. */
function escapeAll(json: string): string {
  return json.replaceAll(/[^\x20-\x7e]/g, (one) =>
    [...Array(one.length).keys()]
      .map((at) => `\\u${one.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

test('a 64 MB line is read in memory bounded by the cap, and what follows it is whole', () => {
  const seen: { length: number; bytes: number; text: string }[] = []
  const reader = createLineReader({
    maxLineBytes: 1 << 20,
    onLine: (line) => {
      const text = lineText(line)
      seen.push({ length: line.length, bytes: text.length, text: text.slice(0, 40) })
    },
  })
  reader.push(Buffer.from('{"type":"assistant","text":"'))
  const chunk = Buffer.alloc(1 << 18, 'x')
  for (let at = 0; at < 256; at++) reader.push(chunk)
  expect(reader.pendingBytes).toBeGreaterThan(64 << 20)
  reader.push(Buffer.from('","cost":1}\n{"type":"result"}\n'))
  expect(seen).toHaveLength(2)
  expect(seen[0]?.length).toBe(28 + (64 << 20) + 11)
  expect(seen[0]?.bytes).toBeLessThan(1 << 20)
  expect(seen[1]?.text).toBe('{"type":"result"}')
})

test('half a line at the end is a line of its own once nothing follows, and only then', () => {
  const seen: Omit<Seen, 'text'>[] = []
  const reader = createLineReader({
    maxLineBytes: 100,
    onLine: ({ offset, end, length, isClipped }) => seen.push({ offset, end, length, isClipped }),
  })
  reader.push(Buffer.from('one\nha'))
  reader.push(Buffer.from('lf'))
  expect(seen).toHaveLength(1)
  reader.finish()
  reader.finish()
  expect(seen.slice(1)).toEqual([{ offset: 4, end: 8, length: 4, isClipped: false }])
  expect(reader).toMatchObject({ offset: 8, pendingBytes: 0 })
})
