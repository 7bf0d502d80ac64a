import { describe, expect, test } from 'vitest'
import { createPaint } from '../terminal/paint.ts'
import { batchLine } from './batch-line.ts'
import { createBatchTracker } from './batch-tracker.ts'
import { checkBatch } from './check-batch.ts'

function check(...values: unknown[]): ReturnType<typeof checkBatch> {
  return checkBatch(values.map((value, index) => ({ line: index + 1, value })))
}

describe('a batch', () => {
  test('is put in the order of its dependencies, and otherwise left as it is', () => {
    const checked = check(
      { name: 'last', prompt: 'x', dependsOn: ['middle', 'first'] },
      { prompt: 'free' },
      { name: 'middle', prompt: 'x', dependsOn: ['first'] },
      { name: 'first', prompt: 'x', dependsOn: ['01a1f7ae-9b2c-7000-8000-000000000001'] },
    )
    const entries = 'entries' in checked ? checked.entries : []
    expect(entries.map(({ label }) => label)).toEqual(['#2', 'first', 'middle', 'last'])
  })

  test('with a circle is refused, and the circle is named, not what hangs on it', () => {
    const checked = check(
      { name: 'outside', prompt: 'x', dependsOn: ['a'] },
      { name: 'a', prompt: 'x', dependsOn: ['b'] },
      { name: 'b', prompt: 'x', dependsOn: ['a'] },
    )
    expect(checked).toEqual({ problems: ['2: a cycle: "a" depends on "b" depends on "a"'] })
    expect(check({ name: 'me', prompt: 'x', dependsOn: ['me'] })).toEqual({
      problems: ['1: a cycle: "me" depends on "me"'],
    })
  })

  test('takes no files and no keys of its own', () => {
    expect(check({ prompt: 'x', idempotencyKey: 'k' })).toMatchObject({
      problems: [expect.stringContaining('idempotencyKey: there is no such field')],
    })
    expect(check('just a text')).toMatchObject({ problems: [expect.stringContaining('1: entry')] })
  })
})

test('an end that is heard of before its run’s submission is answered counts', async () => {
  const ended: string[] = []
  const tracker = createBatchTracker(2, ({ label }) => ended.push(label))
  tracker.note('quick', 'succeeded')
  tracker.note('other', 'failed')
  tracker.add({ id: 'quick', state: 'queued' }, 'a')
  tracker.add({ id: 'slow', state: 'queued' }, 'b')
  tracker.note('slow', 'running')
  expect(tracker.counts()).toMatchObject({ submitted: 2, running: 1, succeeded: 1, failed: 0 })
  const { signal } = new AbortController()
  const over = tracker.fewerThan(1, signal)
  tracker.note('slow', 'failed')
  tracker.note('slow', 'running')
  await over
  expect(ended).toEqual(['a', 'b'])
  expect(tracker.counts()).toMatchObject({ running: 0, failed: 1 })
})

test('the bar fits its terminal, and shows that something failed however little it is', () => {
  const counts = { all: 200, submitted: 200, running: 2, succeeded: 100, failed: 1, cancelled: 0 }
  const line = (columns: number): string =>
    batchLine(counts, { elapsedMs: 61_000, columns, paint: createPaint(false) })
  expect(line(100)).toBe(
    `${'━'.repeat(16)}${'─'.repeat(14)}  101/200 done · 2 running · 1 failed · 1m 01s`,
  )
  expect(line(60).length).toBeLessThan(60)
  expect(line(20)).toHaveLength(19)
})
