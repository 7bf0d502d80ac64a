import { describe, expect, test } from 'vitest'
import type { NewAttachment } from '../../src/service/contract/run.ts'
import { openTestFront } from '../support/fronts.ts'
import { forEachDatabase } from '../support/stores.ts'

const hello: NewAttachment = {
  name: 'a.txt',
  mediaType: 'text/plain',
  data: new TextEncoder().encode('hello'),
}

forEachDatabase((openTestDatabase) => {
  test('a prompt makes its session, and those that follow wait in their order', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const first = await hostler.runs.submit({ key: 'k', prompt: 'one', labels: { a: 'b' } })
    const second = await hostler.runs.submit({ sessionId: first.sessionId, prompt: 'two' })
    expect(first).toMatchObject({
      sessionKey: 'k',
      ordinal: 1,
      state: 'queued',
      ahead: 0,
      prompt: 'one',
      labels: { a: 'b' },
      onBusy: 'queue',
      submittedBy: 'local',
      attempts: [],
      startedAt: null,
    })
    expect(second).toMatchObject({ sessionId: first.sessionId, ordinal: 2, ahead: 1 })
    expect(await hostler.runs.get(first.id)).toEqual(first)
    expect((await hostler.runs.list({ state: ['queued'] })).items).toEqual([second, first])
    expect((await hostler.sessions.get('key:k')).queuedRuns).toBe(2)
    const delayed = await hostler.runs.submit({ key: 'later', prompt: 'x', delayMs: 60_000 })
    expect(delayed.readyAt).toBe(delayed.createdAt + 60_000)
  })

  test('S1 two processes that submit to one new key at once make one session', async () => {
    await using world = await openTestFront(openTestDatabase)
    const other = await world.another('other')
    for (let round = 0; round < 5; round++) {
      const key = `new-${round}`
      const runs = await Promise.all(
        [world.hostler, other.hostler, world.hostler, other.hostler].map((hostler) =>
          hostler.runs.submit({ key, prompt: 'x' }),
        ),
      )
      expect(new Set(runs.map(({ sessionId }) => sessionId)).size).toBe(1)
      expect(runs.map(({ ordinal }) => ordinal).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4])
    }
    expect((await world.hostler.sessions.list()).items).toHaveLength(5)
  })

  test('W2 an idempotency key gives the first run again, and is refused for another one', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const submission = {
      key: 'k',
      prompt: 'x',
      labels: { a: '1', b: '2' },
      attachments: [hello],
      idempotencyKey: 'i',
    }
    const first = await hostler.runs.submit(submission)
    const again = { ...submission, labels: { b: '2', a: '1' }, attachments: [{ ...hello }] }
    expect(await hostler.runs.submit(again)).toEqual(first)
    const data = new TextEncoder().encode('other')
    for (const other of [{ prompt: 'y' }, { key: 'l' }, { attachments: [{ ...hello, data }] }]) {
      await expect(hostler.runs.submit({ ...submission, ...other })).rejects.toMatchObject({
        code: 'idempotency_conflict',
        params: { runId: first.id },
      })
    }
    const others = await hostler.as({ actor: 'token:2' }).runs.submit(submission)
    expect(others.id).not.toBe(first.id)
    expect((await hostler.runs.list()).items).toHaveLength(2)
    await hostler.sessions.archive('key:k')
    expect(await hostler.runs.submit(submission)).toMatchObject({ id: first.id })
  })

  test('W2 the same submission from two processes at once is done once', async () => {
    await using world = await openTestFront(openTestDatabase)
    const other = await world.another()
    const submission = { key: 'k', prompt: 'x', idempotencyKey: 'i' }
    const runs = await Promise.all(
      [world.hostler, other.hostler, other.hostler].map((one) => one.runs.submit(submission)),
    )
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1)
    // Another session does not stand in the way of the key: the index alone refuses.
    const [one, two] = await Promise.allSettled([
      world.hostler.runs.submit({ key: 'a', prompt: 'x', idempotencyKey: 'j' }),
      other.hostler.runs.submit({ key: 'b', prompt: 'x', idempotencyKey: 'j' }),
    ])
    const refused = [one, two].filter(({ status }) => status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'idempotency_conflict' } }])
  })

  test('nothing is left of a submission that is refused', async () => {
    await using world = await openTestFront(openTestDatabase, { limits: { maxOpenRuns: 2 } })
    const { hostler, store } = world
    const png = { name: 'a.png', mediaType: 'image/png', data: hello.data }
    await expect(
      hostler.runs.submit({ key: 'new', prompt: 'x', attachments: [hello, png] }),
    ).rejects.toMatchObject({ code: 'invalid_input', params: { field: 'attachments.1.mediaType' } })
    expect((await hostler.sessions.list()).items).toEqual([])
    await hostler.runs.submit({ key: 'a', prompt: 'x' })
    await hostler.runs.submit({ key: 'a', prompt: 'x' })
    await expect(
      hostler.runs.submit({ key: 'new', prompt: 'x', attachments: [hello] }),
    ).rejects.toMatchObject({ code: 'not_accepting', cure: expect.stringMatching(/maxOpenRuns/) })
    expect(await hostler.status()).toMatchObject({
      accepting: false,
      problem: { code: 'not_accepting' },
      runs: { queued: 2 },
    })
    expect((await hostler.sessions.list()).items).toHaveLength(1)
    expect(await store.db.selectFrom('attachments').selectAll().execute()).toEqual([])
    const [first] = (await hostler.runs.list()).items
    await hostler.runs.cancel(first?.id ?? '')
    await hostler.runs.submit({ key: 'new', prompt: 'x', attachments: [hello] })
    expect(await store.db.selectFrom('attachments').selectAll().execute()).toHaveLength(1)
  })

  describe('refused', () => {
    test.each([
      [{ prompt: 'x' }, 'invalid_input', { field: 'key' }],
      [{ key: 'a', sessionId: 'b', prompt: 'x' }, 'invalid_input', { field: 'key' }],
      [{ sessionId: 'nobody', prompt: 'x' }, 'not_found', { what: 'session' }],
      [{ key: 'a', prompt: '' }, 'invalid_prompt', {}],
      [{ key: 'a', prompt: 'half \ud800' }, 'invalid_prompt', {}],
      [{ key: 'a', prompt: [] }, 'invalid_prompt', {}],
      [{ key: 'a', prompt: 'x', profile: 'nobody' }, 'not_found', { what: 'profile' }],
      [{ key: 'a', prompt: 'x', parentRunId: 'nobody' }, 'not_found', { what: 'run' }],
      [{ key: 'there', prompt: 'x', profile: 'reviewer' }, 'invalid_input', { field: 'profile' }],
      [
        { key: 'there', prompt: 'x', workspace: { path: '/' } },
        'invalid_input',
        { field: 'workspace' },
      ],
      [
        { key: 'a', prompt: 'x', options: { model: 'm', fallbackModel: 'm' } },
        'invalid_input',
        { field: 'options.fallbackModel' },
      ],
    ])('%j', async (submission, code, params) => {
      await using world = await openTestFront(openTestDatabase)
      const { hostler } = world
      await hostler.sessions.create({ key: 'there' })
      await expect(hostler.runs.submit(submission)).rejects.toMatchObject({ code, params })
      expect((await hostler.sessions.list()).items).toHaveLength(1)
      expect((await hostler.runs.list()).items).toEqual([])
    })
  })

  test('a child is refused only where it and its parent would wait for each other', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { runs } = world.hostler
    const parent = await runs.submit({ key: 'parent', prompt: 'x' })
    await expect(
      runs.submit({ key: 'parent', prompt: 'y', parentRunId: parent.id }),
    ).rejects.toMatchObject({ code: 'invalid_input', params: { field: 'parentRunId' } })
    const child = await runs.submit({ key: 'child', prompt: 'y', parentRunId: parent.id })
    expect((await runs.list({ parentRunId: parent.id })).items).toEqual([child])
  })

  test('an aborted call changes nothing', async () => {
    await using world = await openTestFront(openTestDatabase)
    const { hostler } = world
    const signal = AbortSignal.abort(new Error('never mind'))
    await expect(hostler.runs.submit({ key: 'a', prompt: 'x' }, { signal })).rejects.toThrow(
      'never mind',
    )
    await expect(hostler.runs.list({}, { signal })).rejects.toThrow('never mind')
    expect((await hostler.sessions.list()).items).toEqual([])
  })
})
