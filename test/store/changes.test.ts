import { Client } from 'pg'
import { expect, test } from 'vitest'
import { latestChange, readChanges, recordChange } from '../../src/store/changes.ts'
import { adoptChanges } from '../../src/store/maintenance/adopt-changes.ts'
import type { Store, Tx } from '../../src/store/store.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

forEachDatabase((openTestDatabase, name) => {
  test('the feed goes on where its reader left off', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    expect(await latestChange(store)).toBeNull()
    for (const subject of ['a', 'b', 'c']) await store.transact((tx) => record(tx, subject))
    // Whatever else the server has under way holds up the feed.
    await waitFor(async () => (await subjects(store, null)).length === 3)
    const first = await readChanges(store, { after: null, limit: 2 })
    expect(first.map(({ subjectId }) => subjectId)).toEqual(['a', 'b'])
    const rest = await readChanges(store, { after: first.at(-1)?.cursor ?? null, limit: 2 })
    expect(rest).toMatchObject([{ subjectId: 'c', kind: 'run', data: { state: 'queued' } }])
    expect(await latestChange(store)).toBe(rest.at(-1)?.cursor)
    await expect(readChanges(store, { after: 'no', limit: 1 })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })

  test.runIf(name === 'postgres')('what commits late is not skipped, whatever its id', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    // Takes its ids first and commits last, as a slow transaction does.
    const late = await begin(database.where)
    await late.insert('late')
    await store.transact((tx) => record(tx, 'early'))
    expect(await subjects(store, null)).toEqual([])
    // Begun after that, and with a lower id of a change than its transaction's would say.
    const later = await begin(database.where)
    await later.query('select pg_current_xact_id()')
    await late.commit()
    const seen = await waitFor(async () => {
      const read = await readChanges(store, { after: null, limit: 10 })
      return read.length === 2 ? read : null
    })
    expect(seen.map(({ subjectId }) => subjectId)).toEqual(['late', 'early'])
    await store.transact((tx) => record(tx, 'between'))
    await later.insert('later')
    expect(await subjects(store, seen.at(-1)?.cursor ?? null)).toEqual([])
    await later.commit()
    const rest = await waitFor(async () => {
      const read = await subjects(store, seen.at(-1)?.cursor ?? null)
      return read.length === 2 ? read : null
    })
    expect(rest).toEqual(['later', 'between'])
  })

  test.runIf(name === 'postgres')('many writers and a reader: each change once', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    const expected = Array.from({ length: 120 }, (_, index) => `${index}`)
    let isWritten = false
    const writing = Promise.all(
      expected.map((subject) =>
        store.transact(async (tx) => {
          await record(tx, subject)
          // Some commit later than others that began after them.
          for (let turns = Number(subject) % 5; turns > 0; turns--)
            await tx.db.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
        }),
      ),
    ).then(() => (isWritten = true))
    const read: string[] = []
    let after: string | null = null
    for (;;) {
      const wasWritten = isWritten
      const changes = await readChanges(store, { after, limit: 7 })
      read.push(...changes.map(({ subjectId }) => subjectId))
      after = changes.at(-1)?.cursor ?? after
      if (wasWritten && read.length >= expected.length) break
    }
    await writing
    expect(read.toSorted()).toEqual(expected.toSorted())
  })

  test.runIf(name === 'postgres')('a dump restored in another server is adopted', async () => {
    await using database = await openTestDatabase()
    const store = await database.openStore()
    await store.transact(async (tx) => {
      await record(tx, 'old')
      await tx.db.updateTable('changes').set({ tx: 4_000_000_000_000 }).execute()
    })
    await store.transact((tx) => record(tx, 'new'))
    await waitFor(async () => (await subjects(store, null)).join(' ') === 'new')
    expect(await adoptChanges(store)).toBe(1)
    await waitFor(async () => (await subjects(store, null)).join(' ') === 'old new')
  })
})

async function record(tx: Tx, subjectId: string): Promise<void> {
  await recordChange(tx, { kind: 'run', subjectId, sessionId: null, data: { state: 'queued' } })
}

async function subjects(store: Store, after: string | null): Promise<string[]> {
  return (await readChanges(store, { after, limit: 100 })).map(({ subjectId }) => subjectId)
}

async function begin(where: { path: string } | { url: string }): Promise<{
  query(text: string): Promise<unknown>
  insert(subject: string): Promise<unknown>
  commit(): Promise<void>
}> {
  if (!('url' in where)) throw new Error('a server is needed')
  const client = new Client({ connectionString: where.url })
  await client.connect()
  await client.query('begin')
  return {
    query: (text) => client.query(text),
    insert: (subject) =>
      client.query(
        `insert into changes (at, kind, subject_id, data) values (0, 'run', '${subject}', '{}')`,
      ),
    async commit() {
      await client.query('commit')
      await client.end()
    },
  }
}
