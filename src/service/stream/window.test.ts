import { expect, test } from 'vitest'
import { createWindow, type Window } from './window.ts'

function fill(limits: { maxEntries?: number; maxBytes?: number } = {}): Window<string, number> {
  const window = createWindow<string, number>(10, {
    maxEntries: 100,
    maxBytes: 1_000,
    ...limits,
    compare: (a, b) => a - b,
  })
  for (const entry of ['11', '~', '~', '12', '13', '~']) {
    const position = entry === '~' ? Number(window.at(window.end - 1)?.position) : Number(entry)
    window.add({ entry, position, isStored: entry !== '~', bytes: 100 })
  }
  return window
}

function after(window: Window<string, number>, position: number): string[] {
  const entries: string[] = []
  for (let place = window.placeAfter(position); place < window.end; place++) {
    entries.push(window.at(place)?.entry ?? '?')
  }
  return entries
}

test('what comes after a position begins with what was never stored there', () => {
  const window = fill()
  expect(after(window, 10)).toEqual(['11', '~', '~', '12', '13', '~'])
  expect(after(window, 11)).toEqual(['~', '~', '12', '13', '~'])
  expect(after(window, 12)).toEqual(['13', '~'])
  expect(after(window, 13)).toEqual(['~'])
  expect(after(window, 99)).toEqual([])
})

test('the oldest go when there are too many, or too large ones; places stay true', () => {
  const few = fill({ maxEntries: 4 })
  expect(few.end).toBe(6)
  expect(few.end - few.first).toBeLessThanOrEqual(4)
  expect(few.at(few.first - 1)).toBeUndefined()
  expect(few.at(4)?.entry).toBe('13')
  const small = fill({ maxBytes: 250 })
  expect(after(small, small.base)).toEqual(['13', '~'])
  expect(small.base).toBe(12)
  const tiny = fill({ maxBytes: 1 })
  expect(after(tiny, tiny.base)).toEqual(['~'])
  expect(tiny.base).toBe(13)
})

test('what everybody has had goes, and a reset begins anew', () => {
  const window = fill()
  window.dropBefore(4)
  expect([window.first, window.base]).toEqual([4, 12])
  window.reset(20)
  expect([window.first, window.end, window.base]).toEqual([6, 6, 20])
})
