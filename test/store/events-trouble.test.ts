import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { startEventWriter } from '../../src/store/events/event-writer.ts'
import { readEvents } from '../../src/store/events/read-events.ts'
import type { Store } from '../../src/store/store.ts'
import { addSession, texts } from '../support/stored-sessions.ts'
import { forEachDatabase } from '../support/stores.ts'
import { waitFor } from '../support/wait-for.ts'

const script = fileURLToPath(new URL('../support/append-until-killed.ts', import.meta.url))

forEachDatabase((openTestDatabase, name) => {
  test.runIf(name === 'sqlite')(
    'kill -9 loses nothing that was acknowledged, and doubles nothing',
    async () => {
      await using database = await openTestDatabase()
      const { where } = database
      if (!('path' in where)) throw new Error('a file is needed')
      const store = await database.openStore()
      const session = await addSession(store)
      let from = 0
      for (const acknowledgements of [5, 40, 75, 111]) {
        const acknowledged = await appendAndKill(
          [where.path, session.id, `${from}`],
          acknowledgements,
        )
        const stored = await storedOffsets(store, session.id)
        expect(new Set(stored).size).toBe(stored.length)
        expect(acknowledged.filter((offset) => !stored.includes(offset))).toEqual([])
        from = (stored.at(-1) ?? 0) + 1
      }
      await expectGapless(store, session.id)
    },
  )

  test.runIf(name === 'postgres')(
    'connections that are cut lose nothing and double nothing',
    async () => {
      await using database = await openTestDatabase()
      const { where } = database
      if (!('url' in where)) throw new Error('a server is needed')
      const store = await database.openStore()
      const sessions = await Promise.all([addSession(store), addSession(store), addSession(store)])
      const errors: Error[] = []
      const writer = startEventWriter(store, {
        flushMs: 1,
        onLost: () => undefined,
        onError: (error) => void errors.push(error),
      })
      const cutter = new Client({ connectionString: where.url })
      await cutter.connect()
      let stored = 0
      const cutting = (async () => {
        for (let target = 20; target < 300; target += 20) {
          await waitFor(() => stored >= target)
          // One that is at work: an idle connection that ends disturbs nobody.
          await waitFor(async () => stored >= 290 || (await cutOne(cutter)))
        }
      })()
      for (let round = 0; round < 100; round++) {
        await Promise.all(
          sessions.map(async (session) => {
            await writer.append(texts(session, [round]))
            stored += 1
          }),
        )
      }
      await cutting
      await cutter.end()
      await writer[Symbol.asyncDispose]()
      for (const session of sessions) {
        expect(await storedOffsets(store, session.id)).toEqual([...Array(100).keys()])
        await expectGapless(store, session.id)
      }
      expect(errors.length).toBeGreaterThan(0)
    },
  )

  test.runIf(name === 'sqlite')('a database that is locked is waited for, in order', async () => {
    await using database = await openTestDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    const session = await addSession(store)
    await using writer = startEventWriter(store, {
      flushMs: 1,
      onLost: () => undefined,
      onError: () => undefined,
    })
    let isAppended = false
    const appends = await other.transact(async (tx) => {
      await tx.db
        .updateTable('sessions')
        .set({ title: 'held' })
        .where('id', '=', session.id)
        .execute()
      const all = [1, 2, 3].map((offset) => writer.append(texts(session, [offset])))
      void Promise.all(all).then(() => (isAppended = true))
      await new Promise((resolve) => void setImmediate(resolve))
      expect(isAppended).toBe(false)
      return { all }
    })
    await Promise.all(appends.all)
    expect(await storedOffsets(store, session.id)).toEqual([1, 2, 3])
  })
})

/** Starts it, and kills it after so many acknowledgements. Gives back all that came. */
async function appendAndKill(args: string[], acknowledgements: number): Promise<number[]> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const acknowledged: number[] = []
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => acknowledged.push(Number(line)))
  const closed = once(child, 'close')
  await waitFor(() => acknowledged.length >= acknowledgements || child.exitCode !== null)
  child.kill('SIGKILL')
  await closed
  expect(child.signalCode).toBe('SIGKILL')
  return acknowledged
}

async function storedOffsets(store: Store, sessionId: string): Promise<number[]> {
  const events = await readEvents(store, { sessionId, after: 0, limit: 100_000 })
  return events.flatMap((event) => (event.type === 'text' ? [event.offset] : []))
}

async function expectGapless(store: Store, sessionId: string): Promise<void> {
  const events = await readEvents(store, { sessionId, after: 0, limit: 100_000 })
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
}

async function cutOne(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'hostler' and datname = current_database()
    and state <> 'idle' limit 1`)
  return rowCount === 1
}
