import { expect, test } from 'vitest'
import { createPaint } from './paint.ts'
import type { Screen } from './screen.ts'
import { createTextBlocks } from './text-blocks.ts'

/** A screen that writes down what it is told. */
function recorder(streams: boolean): { screen: Screen; shown: () => string } {
  let shown = ''
  const screen: Screen = {
    paint: createPaint(false),
    streams,
    columns: 80,
    beginBlock: () => (shown += '¶'),
    write: (text) => (shown += text),
    endLine: () => (shown += '⏎'),
    note: (line) => (shown += `[${line}]`),
    setStatus: () => undefined,
    suspend: () => () => undefined,
    close: () => undefined,
  }
  return { screen, shown: () => shown }
}

test('a block that has streamed is not written again', () => {
  const { screen, shown } = recorder(true)
  const blocks = createTextBlocks(screen)
  for (const piece of ['Hel', 'lo', ' there']) blocks.delta(piece)
  blocks.block('Hello there')
  blocks.delta('Sec')
  blocks.block('Second')
  expect(shown()).toBe('¶Hello there⏎¶Second⏎')
})

test('a block that begins anew is written as a whole, and said so', () => {
  const { screen, shown } = recorder(true)
  const blocks = createTextBlocks(screen)
  blocks.delta('Hello wo')
  blocks.delta('Hello')
  blocks.block('Hello world')
  expect(shown()).toMatch(/^¶Hello woHello\[.*broke.*\]¶Hello world⏎$/)
})

test('a pipe gets each block once, when it is complete', () => {
  const { screen, shown } = recorder(false)
  const blocks = createTextBlocks(screen)
  blocks.delta('Hello wo')
  blocks.delta('Hello')
  blocks.block('Hello world')
  expect(shown()).toBe('¶Hello world⏎')
})
