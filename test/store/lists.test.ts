import { expect, test } from 'vitest'
import type { PageOf } from '../../src/store/page.ts'
import { listRuns } from '../../src/store/runs/list-runs.ts'
import { insertSession } from '../../src/store/sessions/insert-session.ts'
import { listSessions, type SessionQuery } from '../../src/store/sessions/list-sessions.ts'
import { sessionLoads } from '../../src/store/sessions/session-load.ts'
import type { Store } from '../../src/store/store.ts'
import { addRun } from '../support/stored-runs.ts'
import { addSession } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'

forEachDatabase((openTestDatabase, name) => {
  test('pages hold everything once, newest first, also while more is added', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const ids: string[] = []
    for (let count = 0; count < 7; count++) ids.push((await addSession(store)).id)
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page: PageOf<{ id: string }> = await listSessions(store, {}, { cursor, limit: 3 })
      found.push(...page.items.map(({ id }) => id))
      cursor = page.next ?? undefined
      await addSession(store)
    } while (cursor !== undefined)
    expect(found).toEqual(ids.toSorted().toReversed())
  })

  test('a cursor that no list gave is refused', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await expect(listSessions(store, {}, { cursor: 'x’; drop' })).rejects.toMatchObject({
      code: 'invalid_input',
      params: { field: 'cursor' },
    })
  })

  test('search finds words of key, title, labels and prompts, and takes % and _ literally', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await addSession(store, { title: 'one', key: 'telegram:-1001/45' })
    await addSession(store, { title: 'two', labels: '{"team":"Ops \\"night\\""}' })
    const three = await addSession(store, { title: 'three 100%_done' })
    await addRun(store, three, { prompt_text: 'Fix the FLAKY test' })
    expect(await titles(store, { search: 'TELEGRAM 1001' })).toEqual(['one'])
    expect(await titles(store, { search: '"night"' })).toEqual(['two'])
    expect(await titles(store, { search: 'flaky three' })).toEqual(['three 100%_done'])
    expect(await titles(store, { search: '100%_' })).toEqual(['three 100%_done'])
    expect(await titles(store, { search: '1%0' })).toEqual([])
    expect(await titles(store, { search: 'o_e' })).toEqual([])
    expect(await titles(store, { search: 'flaky two' })).toEqual([])
    expect(await titles(store, { search: '  ' })).toHaveLength(3)
  })

  // The test server's locale is C, which folds ASCII only.
  test.runIf(name === 'sqlite')('search folds the case of all letters', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await addSession(store, { title: 'ÄRGER in Ω' })
    expect(await titles(store, { search: 'ärger ω' })).toHaveLength(1)
  })

  test('labels are compared whole, and cannot be forged by other labels', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const all: Record<string, string>[] = [
      { team: 'ops', env: 'prod' },
      { env: 'prod', team: 'opsy' },
      { note: '"team":"ops"' },
      { 'x"team': 'ops' },
      { 'x,"team': 'ops', 'y{"team': 'ops' },
      { TEAM: 'ops' },
      { t: '\0\uD800%' },
    ]
    for (const labels of all) {
      await addSession(store, { title: JSON.stringify(labels), labels: JSON.stringify(labels) })
    }
    expect(await titles(store, { labels: { team: 'ops' } })).toEqual([JSON.stringify(all[0])])
    expect(await titles(store, { labels: { team: 'ops', env: 'prod' } })).toHaveLength(1)
    expect(await titles(store, { labels: { env: 'prod' } })).toHaveLength(2)
    expect(await titles(store, { labels: { t: '\0\uD800%' } })).toHaveLength(1)
  })

  test('sessions by state, profile, parent, and whether they have something to do', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const busy = await addSession(store, { title: 'busy' })
    await addSession(store, { title: 'idle', profile: 'p', parent_id: busy.id, state: 'archived' })
    const current = await addRun(store, busy, { state: 'waiting' })
    await addRun(store, busy, { state: 'succeeded' })
    await addRun(store, busy)
    await addRun(store, busy)
    expect(await titles(store, { busy: true })).toEqual(['busy'])
    expect(await titles(store, { busy: false })).toEqual(['idle'])
    expect(await titles(store, { profile: 'p' })).toEqual(['idle'])
    expect(await titles(store, { parentId: busy.id })).toEqual(['idle'])
    expect(await titles(store, { state: 'active' })).toEqual(['busy'])
    const loads = await sessionLoads(store, [busy.id])
    expect(loads.get(busy.id)).toEqual({ current, queued: 2 })
  })

  test('runs by session, state, outcome, profile, labels and time', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const [one, other] = [await addSession(store), await addSession(store, { profile: 'p' })]
    const ended = { state: 'failed', outcome: 'timeout', created_at: 1_000 } as const
    const old = await addRun(store, one, { ...ended, labels: '{"a":"b"}' })
    const child = await addRun(store, other, { parent_run_id: old.id })
    const ids = async (query: Parameters<typeof listRuns>[1]): Promise<string[]> =>
      (await listRuns(store, query)).items.map(({ id }) => id)
    expect(await ids({ sessionId: one.id })).toEqual([old.id])
    expect(await ids({ state: ['queued', 'running'] })).toEqual([child.id])
    expect(await ids({ outcome: ['timeout', 'ok'] })).toEqual([old.id])
    expect(await ids({ profile: 'p' })).toEqual([child.id])
    expect(await ids({ labels: { a: 'b' } })).toEqual([old.id])
    expect(await ids({ parentRunId: old.id })).toEqual([child.id])
    expect(await ids({ createdBefore: 1_001, createdAfter: 999 })).toEqual([old.id])
    expect(await ids({ createdAfter: 1_000 })).toEqual([child.id])
    expect(await ids({ state: [] })).toEqual([])
  })

  test('a key is given to one of those who want it in the same moment', async () => {
    await using database = await openTestDatabase()
    const [one, other] = [await database.openStore(), await database.openStore()]
    const { id: _, ...like } = await addSession(one)
    const rows = await Promise.all(
      [one, other, one, other].map((store, index) =>
        store.transact((tx) => insertSession(tx, { ...like, id: `${index}`, key: 'chat:1' })),
      ),
    )
    expect(rows.filter((row) => row !== null)).toHaveLength(1)
  })

  test('a text with NUL and half a surrogate pair is kept but for those', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const session = await addSession(store, { title: 'a\0b\uD800c 😀' })
    expect(session.title).toBe('a\uFFFDb\uFFFDc 😀')
  })
})

async function titles(store: Store, query: SessionQuery): Promise<(string | null)[]> {
  const { items } = await listSessions(store, query)
  return items.map(({ title }) => title)
}
