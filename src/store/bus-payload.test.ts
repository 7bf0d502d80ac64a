import { expect, test } from 'vitest'
import type { TransientEvent } from '../events/session-event.ts'
import type { BusMessage } from './bus.ts'
import { parsePayload, toPayload, toWire } from './bus-payload.ts'

const delta = (text: string): TransientEvent => ({
  type: 'text_delta',
  seq: null,
  at: 0,
  sessionId: 's',
  runId: null,
  offset: 0,
  parentToolUseId: null,
  text,
})

test('stored events stay in the process; others learn up to where there are some', () => {
  const events: BusMessage = { type: 'events', sessionId: 's', seq: 7, events: [] }
  expect(toWire(events)).toEqual([
    { key: 'events s', json: '{"type":"events","sessionId":"s","seq":7}' },
  ])
})

test('transient events are split until each payload fits, and one too long by itself is left out', () => {
  const texts = [
    'a'.repeat(5_000),
    'b'.repeat(5_000),
    'c'.repeat(20_000),
    'd',
    '\u{1F40E}'.repeat(1_500),
  ]
  const events = texts.map(delta)
  const wires = toWire({ type: 'transient', sessionId: 's', from: 'p', afterSeq: 3, events })
  for (const { json } of wires) {
    expect(Buffer.byteLength(toPayload(crypto.randomUUID(), json))).toBeLessThan(8_000)
  }
  const arrived = wires.flatMap(({ json }) => {
    const message = parsePayload(toPayload('x', json), 'y')
    return message?.type === 'transient' ? message.events : []
  })
  expect(arrived).toEqual(texts.filter((text) => !text.startsWith('c')).map(delta))
  expect(new Set(wires.map(({ key }) => key)).size).toBe(wires.length)
})

test('what comes back to its sender, or is no message, is nothing', () => {
  expect(parsePayload(toPayload('me', '{"type":"outbox"}'), 'me')).toBeNull()
  expect(parsePayload(toPayload('you', '{"type":"outbox"}'), 'me')).toEqual({ type: 'outbox' })
  for (const payload of ['', 'x', 'x {', 'x null', 'x 5', 'x {"type":5}']) {
    expect(parsePayload(payload, 'me')).toBeNull()
  }
})
