import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

function latch(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: resolve }
}

test('works of one key follow each other, those of others do not wait', async () => {
  const owner = {}
  const first = latch()
  const done: string[] = []
  const running = oneAtATime(owner, 'a', {
    work: async () => {
      await first.opened
      done.push('first')
    },
  })
  const second = oneAtATime(owner, 'a', { work: async () => void done.push('second') })
  await oneAtATime(owner, 'b', { work: async () => void done.push('other key') })
  await oneAtATime({}, 'a', { work: async () => void done.push('other owner') })
  first.open()
  await Promise.all([running, second])
  expect(done).toEqual(['other key', 'other owner', 'first', 'second'])
})

test('one that fails, and one that no longer waits, hold up nobody', async () => {
  const owner = {}
  const first = latch()
  const stop = new AbortController()
  const done: string[] = []
  const failing = oneAtATime(owner, 'a', {
    work: async () => {
      await first.opened
      throw new Error('failed')
    },
  })
  const waiting = oneAtATime(owner, 'a', {
    work: async () => void done.push('never'),
    signal: stop.signal,
  })
  const last = oneAtATime(owner, 'a', { work: async () => void done.push('last') })
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  expect(done).toEqual([])
  first.open()
  await expect(failing).rejects.toThrow('failed')
  await last
  expect(done).toEqual(['last'])
})
