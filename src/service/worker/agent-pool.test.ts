import { describe, expect, test } from 'vitest'
import { openPool } from '../../../test/support/pools.ts'
import { waitFor } from '../../../test/support/wait-for.ts'

const hour = 3_600_000
const spare = { sessionId: null }

describe('an idle agent', () => {
  test('is there for its session, once', async () => {
    await using at = await openPool()
    const [a, b] = [await at.start('a'), await at.start('b')]
    await at.pool.keep(a)
    await at.pool.keep(b)
    expect(at.pool.take('b')?.agent).toBe(b.agent)
    expect(at.pool.take('b')).toBeNull()
    expect(at.pool.takeById(a.agent.id)).toBe(a.agent)
    expect(at.pool.takeById(a.agent.id)).toBeNull()
    expect([at.kept(), at.retired]).toEqual([[], []])
  })

  test('that no session has used is for one that wants just such a one', async () => {
    await using at = await openPool()
    await at.pool.keep(await at.start('of a session'))
    const kept = await at.start('spare', spare)
    await at.pool.keep(kept)
    const { hash, cwd } = kept
    expect(at.pool.takeSpare({ hash: 'other', cwd }, () => true)).toBeNull()
    expect(at.pool.takeSpare({ hash, cwd: '/other' }, () => true)).toBeNull()
    expect(at.pool.takeSpare({ hash, cwd }, () => false)).toBeNull()
    expect(at.pool.takeSpare({ hash, cwd }, () => true)?.agent).toBe(kept.agent)
    expect(at.pool.takeSpare({ hash, cwd }, () => true)).toBeNull()
    expect(at.kept()).toEqual(['of a session'])
  })

  test('is retired when its time is over, anew since it was used last; a spare has no time', async () => {
    await using at = await openPool()
    await at.pool.keep(await at.start('spare', { ...spare, warmMs: 1 }))
    const again = await at.start('again', { warmMs: 50 })
    await at.pool.keep(again)
    expect(at.pool.take('again')?.fence).toBe(1)
    await at.pool.keep({ ...again, warmMs: hour })
    // Longer than a timer can be: at once, if it were given to one.
    await at.pool.keep(await at.start('long', { warmMs: 2 ** 33 }))
    await at.pool.keep(await at.start('short', { warmMs: 100 }))
    await waitFor(() => at.retired.length > 0)
    expect([at.retired, at.kept()]).toEqual([['short'], ['spare', 'again', 'long']])
  })

  test('that is not to be kept is ended before the session is given back', async () => {
    await using at = await openPool()
    const cold = await at.start('cold', { warmMs: 0 })
    await at.pool.keep(cold)
    expect([cold.agent.state, at.kept(), at.retired]).toEqual(['ended', [], ['cold']])
    at.limits.maxWarm = 0
    const crowded = await at.start('crowded')
    await at.pool.keep(crowded)
    expect([crowded.agent.state, at.kept()]).toEqual(['ended', []])
    at.limits.maxWarm = 1
    const busy = await at.start('busy')
    busy.agent.turn('p')
    await at.pool.keep(busy)
    expect([busy.agent.state, at.kept()]).toEqual(['ended', []])
  })

  test('that ends by itself is put in order, once, and is nobody’s any more', async () => {
    await using at = await openPool()
    const dying = await at.start('dying')
    await at.pool.keep(dying)
    await at.pool.keep(await at.start('other'))
    process.kill(-dying.agent.pid, 'SIGKILL')
    await waitFor(() => at.retired.length > 0)
    expect([at.retired, at.kept()]).toEqual([['dying'], ['other']])
    expect(at.pool.take('dying')).toBeNull()
    at.pool.evict(dying.agent.id)
    expect(at.retired).toEqual(['dying'])
  })
})

describe('too many', () => {
  test('the least recently used goes first, and spares last', async () => {
    await using at = await openPool({ maxWarm: 3 })
    await at.pool.keep(await at.start('spare', spare))
    const a = await at.start('a')
    await at.pool.keep(a)
    await at.pool.keep(await at.start('b'))
    // Used again: now b is the one that has waited longest.
    expect(at.pool.take('a')).not.toBeNull()
    await at.pool.keep(a)
    await at.pool.keep(await at.start('c'))
    expect([at.retired, at.kept()]).toEqual([['b'], ['spare', 'a', 'c']])
    for (const left of [['spare', 'c'], ['spare'], []]) {
      expect(at.pool.evictOldest()).toBe(true)
      expect(at.kept()).toEqual(left)
    }
    expect(at.pool.evictOldest()).toBe(false)
    expect(at.retired).toEqual(['b', 'a', 'c', 'spare'])
  })

  test('or too large together: as many as it takes, spares last', async () => {
    await using at = await openPool({ maxWarmMemoryBytes: 1000 })
    await at.pool.keep(await at.start('spare', { ...spare, bytes: 200 }))
    await at.pool.keep(await at.start('a', { bytes: 300 }))
    await at.pool.keep(await at.start('b', { bytes: 300 }))
    await at.pool.keep(await at.start('unknown'))
    await at.pool.keep(await at.start('c', { bytes: 200 }))
    expect([at.retired, at.kept()]).toEqual([[], ['spare', 'a', 'b', 'unknown', 'c']])
    await at.pool.keep(await at.start('d', { bytes: 500 }))
    expect([at.retired, at.kept()]).toEqual([
      ['a', 'b'],
      ['spare', 'unknown', 'c', 'd'],
    ])
    const huge = await at.start('huge', { bytes: 5000 })
    await at.pool.keep(huge)
    expect([huge.agent.state, at.kept()]).toEqual(['ended', ['spare']])
    expect(at.retired).toEqual(['a', 'b', 'unknown', 'c', 'd', 'huge'])
  })
})

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = (): void => {
    settled = true
  }
  promise.then(note, note)
  await new Promise(setImmediate)
  return settled
}

test('a session’s retirements are waited for, and no other’s', async () => {
  await using at = await openPool()
  for (const name of ['a', 'b']) await at.pool.keep(await at.start(name))
  const release = at.hold()
  expect(at.pool.evictOldest()).toBe(true)
  const retired = at.pool.retired('a')
  expect(await isSettled(retired)).toBe(false)
  expect(await isSettled(at.pool.retired('b'))).toBe(true)
  release()
  await retired
})

test('closing retires all, waits for every retirement, and nothing is kept afterwards', async () => {
  await using at = await openPool()
  const all = [await at.start('a'), await at.start('b'), await at.start('spare', spare)]
  for (const one of all) await at.pool.keep(one)
  const late = await at.start('late')
  const release = at.hold()
  at.pool.evict(all[1]?.agent.id ?? '')
  const closed = at.pool[Symbol.asyncDispose]()
  expect(at.retired).toEqual(['b', 'a', 'spare'])
  const kept = at.pool.keep(late)
  expect(await isSettled(closed)).toBe(false)
  release()
  await closed
  await kept
  expect([...all, late].map(({ agent }) => agent.state)).toEqual(
    all.concat(late).map(() => 'ended'),
  )
  expect(at.kept()).toEqual([])
})
