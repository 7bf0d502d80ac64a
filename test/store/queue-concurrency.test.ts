import { expect, test } from 'vitest'
import type { Claim, ClaimOptions } from '../../src/store/queue/claim.ts'
import { reapLeases } from '../../src/store/queue/reap-leases.ts'
import { releaseSession } from '../../src/store/queue/release-session.ts'
import type { Store } from '../../src/store/store.ts'
import type { SessionRow } from '../../src/store/tables.ts'
import { forEachDatabase, type TestDatabasePlace } from '../support/stores.ts'
import { addRun, addSession, begin, claim, failed, settle, toLease } from './queue-harness.ts'

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

forEachDatabase((openTestDatabase) => {
  test('eight claimers stay within a global limit and the limits of profiles', async () => {
    await using database = await openTestDatabase()
    const stores = await openEight(database)
    const [first] = stores
    for (let n = 0; n < 40; n++) {
      await addRun(first, await addSession(first, { profile: n % 2 === 0 ? 'x' : 'y' }))
    }
    const limits = { limit: 4, globalLimit: 5, profileLimits: { x: 2 } }
    const held = new Map<string, Claim>()
    let most = 0
    let done = 0
    const work = async (store: Store, workerId: string): Promise<void> => {
      while (done < 40) {
        const claims = await claim(store, { ...limits, workerId })
        for (const one of claims) held.set(one.session.id, one)
        // By what the database says at one moment, not by what this test has got to know.
        const owned = await countOwned(store)
        expect(owned.all).toBeLessThanOrEqual(5)
        expect(owned.x).toBeLessThanOrEqual(2)
        most = Math.max(most, owned.all)
        for (const one of claims) {
          await settle(store, one)
          held.delete(one.session.id)
          done += 1
        }
      }
    }
    await Promise.all(stores.map((store, n) => work(store, names[n] ?? '')))
    expect(held.size).toBe(0)
    expect(most).toBeGreaterThan(1)
  })

  test('eight claimers of one folder’s sessions never have two of them', async () => {
    await using database = await openTestDatabase()
    const stores = await openEight(database)
    const [first] = stores
    for (let n = 0; n < 16; n++) {
      const folder = `/work/${n % 2}`
      await addRun(first, await addSession(first, { workspace_lock: folder }))
    }
    let done = 0
    const inside = new Set<string | null>()
    await Promise.all(
      stores.map(async (store, n) => {
        while (done < 16) {
          for (const one of await claim(store, { workerId: names[n] ?? '', limit: 2 })) {
            const folder = one.session.workspace_lock
            expect(inside.has(folder)).toBe(false)
            inside.add(folder)
            await begin(store, one)
            inside.delete(folder)
            await settle(store, one)
            done += 1
          }
        }
      }),
    )
    expect(done).toBe(16)
  })

  test('a busy mix on eight connections: each run once, in order, and nothing left', async () => {
    await using database = await openTestDatabase()
    const stores = await openEight(database)
    const [first] = stores
    const sessions: SessionRow[] = []
    for (let n = 0; n < 6; n++) sessions.push(await addSession(first))
    const total = 60
    const ends: string[] = []
    let submitted = 0
    const submit = async (store: Store): Promise<void> => {
      while (submitted < total) {
        const session = sessions[submitted % sessions.length]
        submitted += 1
        if (session !== undefined) await addRun(store, session)
      }
    }
    const work = async (store: Store, options: Partial<ClaimOptions>): Promise<void> => {
      for (let round = 0; ends.length < total; round++) {
        for (const one of await claim(store, { ...options, limit: 2 })) {
          await begin(store, one)
          if (round % 5 === 1) {
            await releaseSession(store, toLease(one))
            continue
          }
          await settle(store, one, round % 3 === 0 ? failed : undefined)
          ends.push(one.run.id)
        }
        await reapLeases(store)
      }
    }
    await Promise.all([
      ...stores.slice(0, 2).map(submit),
      ...stores.slice(2).map((store, n) => work(store, { workerId: names[n] ?? '' })),
    ])
    const runs = await first.db.selectFrom('runs').selectAll().orderBy('ordinal').execute()
    expect(new Set(ends).size).toBe(total)
    expect(runs).toHaveLength(total)
    for (const session of sessions) {
      const own = runs.filter((run) => run.session_id === session.id)
      expect(own.map(({ ordinal }) => ordinal)).toEqual(own.map((_, index) => index + 1))
      const order = own.toSorted(
        (a, b) => (a.ended_at ?? 0) - (b.ended_at ?? 0) || a.ordinal - b.ordinal,
      )
      expect(order.map(({ ordinal }) => ordinal)).toEqual(own.map(({ ordinal }) => ordinal))
    }
    const left = await first.db.selectFrom('sessions').selectAll().execute()
    for (const row of left) {
      expect(row).toMatchObject({ owner: null, ready_at: null, run_count: 10 })
    }
    const events = await first.db.selectFrom('events').select(['session_id', 'seq']).execute()
    for (const row of left) {
      const seqs = events.filter((one) => one.session_id === row.id).map(({ seq }) => seq)
      expect(seqs.toSorted((a, b) => a - b)).toEqual(seqs.map((_, index) => index + 1))
      expect(row.last_seq).toBe(seqs.length)
    }
  })
})

async function openEight(database: TestDatabasePlace): Promise<[Store, ...Store[]]> {
  const first = await database.openStore({ poolSize: 2 })
  const rest = []
  for (let n = 1; n < 8; n++) rest.push(await database.openStore({ poolSize: 2 }))
  return [first, ...rest]
}

async function countOwned(store: Store): Promise<{ all: number; x: number }> {
  const rows = await store.db
    .selectFrom('sessions')
    .select('profile')
    .where('owner', 'is not', null)
    .execute()
  return { all: rows.length, x: rows.filter(({ profile }) => profile === 'x').length }
}
