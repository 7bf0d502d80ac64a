import { expect, test } from 'vitest'
import { openDaemonWorld, waitForRuns } from '../../support/daemon-world.ts'
import { post } from '../../support/intake.ts'
import { forEachDatabase } from '../../support/stores.ts'

forEachDatabase((openTestDatabase) => {
  test('W2: a key that comes many times at once is done once; with another body it is refused', async () => {
    await using database = await openTestDatabase()
    await using world = await openDaemonWorld({
      scenario: {},
      ...('url' in database.where ? { database: database.where.url } : {}),
    })
    await using first = await world.start()
    const headers = { 'idempotency-key': 'update-4711' }
    const body = { key: 'chat', prompt: 'once' }
    const many = await Promise.all(Array.from({ length: 20 }, () => post(first.url, body, headers)))
    // 202 while it is open, 200 when it has ended already.
    for (const { status } of many) expect([200, 202]).toContain(status)
    const ids = new Set(many.map((answer) => answer.body['id']))
    expect(ids.size).toBe(1)
    const [id] = ids
    const conflicts = await Promise.all([
      post(first.url, { ...body, prompt: 'twice' }, headers),
      post(first.url, { ...body, key: 'elsewhere' }, headers),
      post(first.url, { ...body, priority: 1 }, headers),
    ])
    for (const conflict of conflicts) {
      expect(conflict).toMatchObject({
        status: 409,
        body: { code: 'idempotency_conflict', params: { key: 'update-4711', runId: id } },
      })
    }
    // In the body it is the same key; given twice and differently it is nothing.
    const inBody = await post(first.url, { ...body, idempotencyKey: 'update-4711' })
    expect(inBody.body['id']).toBe(id)
    const both = { ...body, idempotencyKey: 'another' }
    expect((await post(first.url, both, headers)).status).toBe(400)
    await waitForRuns(first.hostler, [{ id: String(id) }])
    await first.end('SIGKILL')

    await using second = await world.start()
    const later = await post(second.url, body, headers)
    expect(later).toMatchObject({ status: 200, body: { id, state: 'succeeded' } })
    const { items } = await second.hostler.runs.list()
    expect(items.map((run) => [run.id, run.text])).toEqual([[id, 'echo: once']])
    // Two conflicting ones at the same moment: one of them is first, and the only one.
    const race = await Promise.all(
      ['a', 'b', 'a', 'b', 'a', 'b'].map((prompt) =>
        post(second.url, { key: 'race', prompt }, { 'idempotency-key': 'race' }),
      ),
    )
    const statuses = race.map(({ status }) => (status === 409 ? 'refused' : 'taken'))
    expect(statuses.toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'refused'),
      ...Array.from({ length: 3 }, () => 'taken'),
    ])
    expect((await second.hostler.runs.list()).items).toHaveLength(2)
    await waitForRuns(second.hostler, (await second.hostler.runs.list()).items)
  })
})
