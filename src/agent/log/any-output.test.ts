import * as fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { readRecordings } from '../../../test/support/recordings.ts'
import type { AgentEvent } from '../../events/index.ts'
import { toTurnResult } from '../turn/to-turn-result.ts'
import { foldMessage } from '../turn/fold-message.ts'
import { newTurnRun } from '../turn/turn-run.ts'
import { parseCliLine } from './cli-message.ts'
import { lineEvents } from './line-events.ts'
import { createLineReader } from './line-reader.ts'

// Requests say when they were read.
beforeEach(() => {
  vi.spyOn(Date, 'now').mockReturnValue(0)
  return () => vi.restoreAllMocks()
})

/** All that the log brings about: its events, and what the turn would come to. */
function hear(chunks: Buffer[], maxLineBytes: number): { events: AgentEvent[]; result: unknown } {
  const events: AgentEvent[] = []
  const run = newTurnRun({
    promptId: 'p',
    userMessage: {},
    wantsStructuredOutput: false,
    iterate: () => ({ next: async () => ({ done: true, value: undefined }) }),
  })
  const reader = createLineReader({
    maxLineBytes,
    onLine: (line) => {
      events.push(...lineEvents(line))
      const parsed = parseCliLine(line)
      if (parsed.kind === 'object') foldMessage(run.evidence, parsed.message)
    },
  })
  for (const chunk of chunks) reader.push(chunk)
  reader.finish()
  const known = { agentId: 'a', sessionId: null, exit: null, isLost: false, stderrTail: '' }
  const result = toTurnResult(run, { ...known, isDiskFull: false, endedAt: 0 })
  expect(result.costUsd).not.toBeNaN()
  return { events, result }
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

const recorded = ['2.1.328', '2.1.197']
  .flatMap((version) => readRecordings(version))
  .flatMap((recording) => recording.stdout)
  // Of the large ones there are many alike.
  .filter((line) => line.length < 2500)

/** A line as it was recorded, with some of its values, at any depth, become something else. */
const mutated = fc
  .tuple(
    fc.constantFrom(...recorded),
    fc.array(fc.tuple(fc.nat(), fc.jsonValue()), { maxLength: 4 }),
  )
  .map(([line, changes]) => {
    const message: unknown = JSON.parse(line)
    for (const [at, value] of changes) {
      const places = placesIn(message)
      const [holder, key] = places[at % places.length] ?? [{}, '']
      Reflect.set(holder, key, value)
    }
    return JSON.stringify(message)
  })

function placesIn(value: unknown): [object, string][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [[value, key], ...placesIn(inner)])
}

const line = fc.oneof(
  fc.constantFrom(...recorded).map((text) => Buffer.from(text)),
  mutated.map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
)
const log = fc
  .tuple(fc.array(line, { maxLength: 12 }), fc.boolean())
  .map(([lines, isWhole]) =>
    Buffer.concat([
      ...lines.flatMap((one, at) => (at === 0 ? [one] : [Buffer.from('\n'), one])),
      Buffer.from(isWhole ? '\n' : ''),
    ]),
  )
const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 })

test('no output makes the reader throw, and it means the same whatever the chunking', () => {
  fc.assert(
    fc.property(log, sizes, fc.constantFrom(300, 1 << 20), (bytes, chunking, maxLineBytes) => {
      const whole = hear([bytes], maxLineBytes)
      expect(hear(cut(bytes, chunking), maxLineBytes)).toEqual(whole)
      for (const { offset } of whole.events) {
        expect(offset === 0 || bytes[offset - 1] === 0x0a).toBe(true)
      }
    }),
    { numRuns: 400 },
  )
})

const known = new Set(
  [
    'assistant command_lifecycle control_cancel_request control_request control_response',
    'conversation_reset keep_alive rate_limit_event result stream_event system user',
  ].flatMap((names) => names.split(' ')),
)
const anyObject = fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue(), { maxKeys: 6 })
const anyName = fc.string().filter((name) => !known.has(name))

test('what is not known is kept as it came', () => {
  const unknown = fc.oneof(
    fc.tuple(anyObject, anyName).map(([rest, type]) => ({ ...rest, type })),
    fc.tuple(anyObject, fc.jsonValue()).map(([rest, type]) => ({
      ...rest,
      type: typeof type === 'string' ? null : type,
    })),
    fc.tuple(anyObject, anyName).map(([rest, name]) => ({
      ...rest,
      type: 'system',
      subtype: `nova_${name}`,
    })),
  )
  fc.assert(
    fc.property(unknown, (message) => {
      const text = JSON.stringify(message)
      const { events } = hear([Buffer.from(`${text}\n`)], 1 << 20)
      expect(events).toEqual([{ type: 'unknown', message: JSON.parse(text), offset: 0 }])
    }),
  )
})

test('what is no JSON object is kept as text, as far as it is text', () => {
  const noObject = fc.oneof(
    fc.jsonValue().filter((value) => typeof value !== 'object' || Array.isArray(value)),
    fc.constant(null),
  )
  fc.assert(
    fc.property(noObject, (value) => {
      const text = JSON.stringify(value)
      const { events } = hear([Buffer.from(text)], 1 << 20)
      const bytes = Buffer.byteLength(text)
      expect(events).toEqual([{ type: 'unparsed', text: text.slice(0, 500), bytes, offset: 0 }])
    }),
  )
})
