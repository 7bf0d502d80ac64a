import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { setCancel } from '../../src/store/queue/cancel.ts'
import { checkStore } from '../../src/store/maintenance/check-store.ts'
import type { Store } from '../../src/store/store.ts'
import type { SessionRow } from '../../src/store/tables.ts'
import { forEachDatabase } from '../support/stores.ts'
import { addRun, addSession, claim, failed, readRun, settle, succeeded } from './queue-harness.ts'
import { settleAll } from './settle-all.ts'

const policies = ['fail', 'skip', 'run'] as const

/** The same numbers each time: mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
}

forEachDatabase((openTestDatabase, dialect) => {
  test('of two dependencies that end in the same moment, both are counted, and each once', async () => {
    await using database = await openTestDatabase()
    const stores = [await database.openStore(), await database.openStore()] as const
    const [store] = stores
    for (let round = 0; round < 15; round++) {
      const first = await addRun(store, await addSession(store))
      const second = await addRun(store, await addSession(store))
      const dependsOn = [first.id, second.id]
      const after = await addRun(store, await addSession(store), { dependsOn })
      const claims = await claim(store, { limit: 2 })
      await Promise.all(
        stores.map(async (own, n) => {
          const one = claims[n]
          if (one === undefined) throw new Error('not claimed')
          await settle(own, one)
          await settleAll(own)
        }),
      )
      await settleAll(store)
      expect(await readRun(store, after.id)).toMatchObject({ open_dependencies: 0 })
      const due = await claim(store, { limit: 2 })
      expect(due.map(({ run }) => run.id)).toEqual([after.id])
      const [one] = due
      if (one !== undefined) await settle(store, one)
    }
  })

  test('a run that is submitted as its dependency ends hears of it', async () => {
    await using database = await openTestDatabase()
    const [store, other] = [await database.openStore(), await database.openStore()]
    const session = await addSession(store)
    for (let round = 0; round < 20; round++) {
      const first = await addRun(store, await addSession(store))
      const [one] = await claim(store)
      if (one === undefined) throw new Error('not claimed')
      const [after] = await Promise.all([
        addRun(other, session, { dependsOn: [first.id] }),
        settle(store, one),
      ])
      await settleAll(store)
      const [due] = await claim(store)
      expect(due?.run.id).toBe(after.id)
      if (due !== undefined) await settle(store, due)
    }
  })

  test(
    'four at work on runs that depend on each other leave none behind',
    { timeout: 120_000 },
    async () => {
      await using database = await openTestDatabase()
      const stores: Store[] = []
      for (let n = 0; n < 4; n++) stores.push(await database.openStore())
      const [store] = stores
      if (store === undefined) throw new Error('no store')
      const sessions: SessionRow[] = []
      for (let n = 0; n < 12; n++) sessions.push(await addSession(store))
      const ids: string[] = []
      let submitting = stores.length

      const submit = async (own: Store, seed: number): Promise<void> => {
        const random = randomOf(seed)
        for (let n = 0; n < 40; n++) {
          const session = sessions[random(sessions.length)]
          if (session === undefined) throw new Error('no session')
          const known = ids.length
          const dependsOn = [0, 1, 2]
            .slice(random(3))
            .flatMap(() => (known === 0 ? [] : [ids[random(known)] ?? '']))
          const policy = policies[random(3)] ?? 'fail'
          const run = await addRun(own, session, { dependsOn, on_dependency_failure: policy })
          ids.push(run.id)
          if (random(12) === 0) {
            const victim = ids[random(ids.length)] ?? run.id
            await own.transact((tx) => setCancel(tx, victim, 'local'))
          }
        }
        submitting--
      }
      const work = async (own: Store, seed: number): Promise<void> => {
        const random = randomOf(seed)
        for (let idle = 0; idle < 20;) {
          const claims = await claim(own, { limit: 3, workerId: `w${seed}` })
          for (const one of claims) {
            // Cancelled since it was claimed: it is over.
            await settle(own, one, random(5) === 0 ? failed : succeeded).catch(async (error) => {
              if (error.code !== 'run_ended') throw error
              await own.transact((tx) => setCancel(tx, one.run.id, 'local'))
              await giveBack(own, one.session.id)
            })
          }
          await settleAll(own)
          idle = claims.length === 0 && submitting === 0 ? idle + 1 : 0
          // A SQLite store gives way to nobody by itself.
          await turn()
        }
      }
      await Promise.all(stores.flatMap((own, n) => [submit(own, n + 1), work(own, n + 101)]))

      const runs = await store.db.selectFrom('runs').selectAll().execute()
      const edges = await store.db.selectFrom('run_dependencies').selectAll().execute()
      const byId = new Map(runs.map((run) => [run.id, run]))
      expect(runs.filter(({ ended_at: endedAt }) => endedAt === null)).toEqual([])
      for (const run of runs) {
        const own = edges.filter((edge) => edge.run_id === run.id)
        const bad = own.filter((edge) => byId.get(edge.depends_on)?.state !== 'succeeded')
        if (run.outcome === 'dependency_failed') {
          expect(bad.length).toBeGreaterThan(0)
          expect(run.state).toBe(run.on_dependency_failure === 'skip' ? 'cancelled' : 'failed')
          expect(run.on_dependency_failure).not.toBe('run')
        } else if (run.state !== 'cancelled' && run.on_dependency_failure !== 'run') {
          expect(bad).toEqual([])
        }
      }
      expect((await checkStore(store)).findings).toEqual([])
      if (dialect === 'postgres') expect(await countDeadlocks(store)).toBe(0)
    },
  )
})

async function giveBack(store: Store, id: string): Promise<void> {
  const change = { owner: null, lease_until: null, ready_at: 1 }
  await store.transact(async (tx) => {
    await tx.db.updateTable('sessions').set(change).where('id', '=', id).execute()
  })
}

async function countDeadlocks(store: Store): Promise<number> {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(store.db)
  return rows[0]?.deadlocks ?? -1
}
